/** Behaviour that is neither documented nor measured: the emulator implements an assumption. */
import type { Case } from "./case.ts";
import { longInstruction, pause, ready, setup, turn, type, weatherTool } from "./steps.ts";

const refused = { default: { includes: ["setupComplete", "close 1007"] } };

const tokenOn = (version: string): Case => ({
  name: `token-${version}`,
  claim: `Ephemeral tokens are made on ${version}.`,
  unknown: true,
  steps: [{ createToken: { uses: 1 }, version }],
  expects: { default: { includes: ["token"] } },
});

export const unknowns: readonly Case[] = [
  {
    name: "live-on-v1",
    claim: "Live sessions are served on v1.",
    unknown: true,
    version: "v1",
    steps: [setup(), ready, pause],
    expects: { default: { includes: ["setupComplete"], excludes: ["close"] } },
  },
  tokenOn("v1alpha"),
  tokenOn("v1beta"),
  {
    name: "token-resumes",
    claim: "Resuming does not use up a token of one use.",
    unknown: true,
    version: "v1alpha",
    steps: [
      { createToken: { uses: 1 }, version: "v1alpha" },
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { reconnectAfterMs: 2000 },
      setup({ sessionResumption: { handle: "$handle" } }),
      pause,
    ],
    expects: {
      default: {
        includes: ["token", "handle", "disconnected by the probe", "setupComplete"],
        excludes: ["close"],
      },
      "gemini-2.5-flash-native-audio": { includes: ["token", "setupComplete"] },
    },
  },
  {
    name: "context-update",
    claim: "AI Studio accepts contextUpdate.",
    unknown: true,
    steps: [
      setup(),
      ready,
      { send: { contextUpdate: { systemInstruction: { parts: [{ text: "Be brief." }] } } } },
      pause,
    ],
    expects: {
      default: { includes: ["setupComplete"], excludes: ["close"] },
      "gemini-3.1-flash-live-preview": refused.default,
      "gemini-2.5-flash-native-audio": refused.default,
    },
  },
  {
    name: "audio-during-call",
    claim: "Audio during a pending call does not end the session.",
    unknown: true,
    steps: [
      setup(weatherTool),
      ready,
      type("What is the current weather in Redmond?"),
      { until: "toolCall" },
      { silenceMs: 5000 },
    ],
    expects: { default: { includes: ["toolCall"], excludes: ["close"] } },
    seconds: { sent: 5, received: 10 },
  },
  {
    name: "function-history",
    claim: "Contents with a function call are refused.",
    unknown: true,
    steps: [
      setup(),
      ready,
      {
        send: {
          clientContent: {
            turns: [
              { role: "user", parts: [{ text: "What is the weather in Redmond?" }] },
              { role: "model", parts: [{ functionCall: { name: "get_weather", args: {} } }] },
            ],
            turnComplete: false,
          },
        },
      },
      pause,
    ],
    expects: { default: { includes: ["setupComplete", "close 1007"] } },
  },
  {
    name: "long-silence",
    claim: "A silence of 6 s that the setup asks for is honoured: five seconds end no utterance.",
    unknown: true,
    steps: [
      setup({
        realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 6000 } },
      }),
      ready,
      { speak: "espeak-count.wav" },
      { silenceMs: 5000 },
    ],
    expects: {
      default: { includes: ["setupComplete"], excludes: ["activityEnd", "audio", "close"] },
    },
    seconds: { sent: 9, received: 10 },
  },
  {
    name: "memory-after-resume",
    claim: "A session with an instruction of 300 tokens still knows after a resume what was said.",
    unknown: true,
    canary: "maria",
    steps: [
      setup({ ...longInstruction, sessionResumption: {} }),
      { until: "handle" },
      type("My name is Maria. Please just say hello."),
      turn,
      { reconnectAfterMs: 2000 },
      setup({ ...longInstruction, sessionResumption: { handle: "$handle" } }),
      ready,
      type("What is my name?"),
      turn,
    ],
    expects: {
      default: {
        includes: ["handle", "disconnected by the probe", "setupComplete", "canary"],
        excludes: ["close"],
      },
      "gemini-2.5-flash-native-audio": { includes: ["setupComplete"] },
    },
    seconds: { sent: 0, received: 20 },
  },
  {
    name: "unknown-call",
    claim: "A response to an unknown call is ignored.",
    unknown: true,
    steps: [
      setup(),
      ready,
      {
        send: {
          toolResponse: { functionResponses: [{ id: "unknown", name: "none", response: {} }] },
        },
      },
      pause,
      type("Say hello."),
      turn,
    ],
    expects: { default: { includes: ["audio", "turnComplete"], excludes: ["close"] } },
    seconds: { sent: 0, received: 10 },
  },
  {
    name: "mark-with-detection",
    claim: "activityStart is refused while the service detects activity itself.",
    unknown: true,
    steps: [setup(), ready, { send: { realtimeInput: { activityStart: {} } } }, pause],
    expects: refused,
  },
  {
    name: "stream-end",
    claim: "audioStreamEnd without trailing silence does not end an utterance.",
    unknown: true,
    steps: [
      setup(),
      ready,
      { speak: "espeak-count.wav" },
      { send: { realtimeInput: { audioStreamEnd: true } } },
      { waitMs: 5000 },
    ],
    expects: {
      default: { includes: ["setupComplete"], excludes: ["inputTranscription", "audio"] },
      "gemini-2.5-flash-native-audio": { includes: ["inputTranscription", "audio"] },
    },
    seconds: { sent: 4, received: 10 },
  },
  {
    name: "go-away",
    claim:
      "A connection lasts ten minutes, gets goAway a minute before its end, and closes with 1011.",
    unknown: true,
    long: true,
    steps: [setup(), ready, { until: "close", withinMs: 62 * 60_000 }],
    expects: { default: { includes: ["goAway", "close 1011 Deadline expired"] } },
  },
];

/** Questions that need a Vertex project: the probe only lists them. */
export const onVertexOnly = [
  "Vertex: the mime type of audio and the names of usage fields on 3.8",
  "Vertex: whether voiceActivity comes unasked",
  "Vertex: how long a session can be resumed (a day, or ten minutes)",
  "Vertex: whether the location `global` serves live sessions",
];
