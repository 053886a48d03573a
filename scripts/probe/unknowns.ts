/** Behaviour that is neither documented nor measured: the emulator decides, and Google's answer would be new. */
import type { Case } from "./case.ts";
import { moment, ready, setup, turn, type } from "./steps.ts";

const refused = { default: { sees: ["setupComplete", "close 1007"] } };

const mintedOn = (version: string): Case => ({
  name: `token-${version}`,
  asks: `Ephemeral tokens are made on ${version}.`,
  unknown: true,
  steps: [{ mint: { uses: 1 }, version }],
  expects: { default: { sees: ["token"] } },
});

export const unknowns: readonly Case[] = [
  {
    name: "live-on-v1",
    asks: "Live sessions are served on v1.",
    unknown: true,
    version: "v1",
    steps: [setup(), ready, moment],
    expects: { default: { sees: ["setupComplete"], never: ["close"] } },
  },
  mintedOn("v1alpha"),
  mintedOn("v1beta"),
  {
    name: "token-resumes",
    asks: "Resuming does not use up a token of one use.",
    unknown: true,
    version: "v1alpha",
    steps: [
      { mint: { uses: 1 }, version: "v1alpha" },
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { againAfterMs: 2000 },
      setup({ sessionResumption: { handle: "$handle" } }),
      moment,
    ],
    expects: {
      default: { sees: ["token", "handle", "hung up", "setupComplete"], never: ["close"] },
      "gemini-2.5-flash-native-audio": { sees: ["token", "setupComplete"] },
    },
  },
  {
    name: "context-update",
    asks: "contextUpdate is taken on AI Studio.",
    unknown: true,
    steps: [
      setup(),
      ready,
      { send: { contextUpdate: { systemInstruction: { parts: [{ text: "Be brief." }] } } } },
      moment,
    ],
    expects: {
      default: { sees: ["setupComplete"], never: ["close"] },
      "gemini-3.1-flash-live-preview": refused.default,
      "gemini-2.5-flash-native-audio": refused.default,
    },
  },
  {
    name: "unknown-call",
    asks: "A response to an unknown call is ignored.",
    unknown: true,
    steps: [
      setup(),
      ready,
      {
        send: {
          toolResponse: { functionResponses: [{ id: "nobody", name: "none", response: {} }] },
        },
      },
      moment,
      type("Say hello."),
      turn,
    ],
    expects: { default: { sees: ["audio", "turnComplete"], never: ["close"] } },
    seconds: { sent: 0, received: 10 },
  },
  {
    name: "mark-with-detection",
    asks: "activityStart is refused while the service detects activity itself.",
    unknown: true,
    steps: [setup(), ready, { send: { realtimeInput: { activityStart: {} } } }, moment],
    expects: refused,
  },
  {
    name: "stream-end",
    asks: "audioStreamEnd without trailing silence does not end an utterance.",
    unknown: true,
    steps: [
      setup(),
      ready,
      { say: "espeak-count.wav" },
      { send: { realtimeInput: { audioStreamEnd: true } } },
      { lingerMs: 5000 },
    ],
    expects: {
      default: { sees: ["setupComplete"], never: ["heard", "audio"] },
      "gemini-2.5-flash-native-audio": { sees: ["heard", "audio"] },
    },
    seconds: { sent: 4, received: 10 },
  },
  {
    name: "go-away",
    asks: "A connection lasts ten minutes, gets goAway a minute before its end, and closes with 1011.",
    unknown: true,
    long: true,
    steps: [setup(), ready, { until: "close", withinMs: 62 * 60_000 }],
    expects: { default: { sees: ["goAway", "close 1011 Deadline expired"] } },
  },
];

/** Not asked here: these need a Vertex project. */
export const onVertexOnly = [
  "Vertex: the mime type of audio and the names of usage fields on 3.8",
  "Vertex: whether voiceActivity comes unasked",
  "Vertex: how long a session can be resumed (a day, or ten minutes)",
  "Vertex: whether the location `global` serves live sessions",
];
