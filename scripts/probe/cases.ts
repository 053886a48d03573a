/** Conformance cases: measured or documented behaviour of the service. */
import type { Case } from "./case.ts";
import { pause, ready, setup, turn, type, weatherTool } from "./steps.ts";

const refused = (close: string) => ({
  default: { includes: [close], excludes: ["setupComplete"] },
});
const accepted = { includes: ["setupComplete"], excludes: ["close"] };
const invalidArgument = {
  includes: ["close 1007 Request contains an invalid argument."],
  excludes: ["setupComplete"],
};

export const refusals: readonly Case[] = [
  {
    name: "bad-key",
    claim: "A bad key is refused after the upgrade.",
    badKey: true,
    steps: [setup(), pause],
    expects: refused("close 1007 API key not valid."),
  },
  {
    name: "unknown-field",
    claim: "An unknown field is refused with its path in snake_case.",
    steps: [setup({}, { warmth: 1 }), pause],
    expects: refused(
      "close 1007 Invalid JSON payload received. Unknown name \"warmth\" at 'setup.generation_config': Cannot find field.",
    ),
  },
  {
    name: "unknown-model",
    claim: "An unknown model is refused, in a text that is cut.",
    steps: [{ send: { setup: { model: "models/parley-none" } } }, pause],
    expects: refused("close 1008 models/parley-none is not found for API version v1beta"),
  },
  {
    name: "text-modality",
    claim: "Native audio refuses TEXT.",
    steps: [setup({}, { responseModalities: ["TEXT"] }), pause],
    expects: refused("close 1007 The requested combination of response modalities (TEXT)"),
  },
  {
    name: "not-setup",
    claim: "Anything before the setup is refused.",
    steps: [{ send: { realtimeInput: { text: "Hello." } } }, pause],
    expects: refused("close 1007"),
  },
  {
    name: "second-setup",
    claim: "A second setup is refused.",
    steps: [setup(), ready, setup(), pause],
    expects: { default: { includes: ["setupComplete", "close 1007"] } },
  },
  {
    name: "two-kinds",
    claim: "A frame with two kinds of message is refused.",
    steps: [
      setup(),
      ready,
      { send: { realtimeInput: { text: "Hi." }, clientContent: { turnComplete: true } } },
      pause,
    ],
    expects: { default: { includes: ["setupComplete", "close 1007"], excludes: ["audio"] } },
  },
  {
    name: "no-json",
    claim: "A frame that is not JSON is refused.",
    steps: [setup(), ready, { raw: "hello" }, pause],
    expects: { default: { includes: ["setupComplete", "close 1007"] } },
  },
  {
    name: "media-chunks",
    claim: "The old mediaChunks are refused by 3.x and accepted by 2.5.",
    steps: [
      setup(),
      ready,
      {
        send: {
          realtimeInput: { mediaChunks: [{ mimeType: "audio/pcm;rate=16000", data: "AAAAAA==" }] },
        },
      },
      pause,
    ],
    expects: {
      default: {
        includes: ["setupComplete", "close 1007 realtime_input.media_chunks is deprecated."],
      },
      "gemini-2.5-flash-native-audio": accepted,
    },
  },
  {
    name: "thinking-level",
    claim: "A thinking level is for models that have levels.",
    steps: [setup({}, { thinkingConfig: { thinkingLevel: "LOW" } }), pause],
    expects: {
      default: invalidArgument,
      "gemini-3.8-live-extended-thinking": accepted,
      "gemini-3.1-flash-live-preview": accepted,
    },
  },
  {
    name: "thinking-budget",
    claim: "A thinking budget is for 2.5 and for extended thinking.",
    steps: [setup({}, { thinkingConfig: { thinkingBudget: 256 } }), pause],
    expects: {
      default: invalidArgument,
      "gemini-3.8-live-extended-thinking": accepted,
      "gemini-2.5-flash-native-audio": accepted,
    },
  },
  {
    name: "thinking-twice",
    claim: "A thinking level and a budget at once are refused.",
    steps: [setup({}, { thinkingConfig: { thinkingBudget: 256, thinkingLevel: "LOW" } }), pause],
    expects: { default: invalidArgument },
  },
  {
    name: "library-voice",
    claim: "A voice of the library is for 3.8.",
    steps: [
      setup(
        {},
        {
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "en-us-tavi" } } },
        },
      ),
      pause,
    ],
    expects: {
      default: { includes: ["close 1007 no matching speaker voice"], excludes: ["setupComplete"] },
      "gemini-3.8-live": accepted,
    },
  },
  {
    name: "code-execution",
    claim: "A built-in tool that the model lacks is refused.",
    steps: [setup({ tools: [{ codeExecution: {} }] }), pause],
    expects: {
      default: {
        includes: ["close 1008 Operation is not implemented"],
        excludes: ["setupComplete"],
      },
      "gemini-2.5-flash-native-audio": accepted,
    },
  },
  {
    name: "unknown-handle",
    claim: "An unknown resumption handle is refused.",
    steps: [setup({ sessionResumption: { handle: "unknown" } }), pause],
    expects: refused("close 1008 BidiGenerateContent session not found"),
  },
];

export const turns: readonly Case[] = [
  {
    name: "typed-turn",
    claim: "A typed turn is answered in speech, complete when it has been played.",
    steps: [setup(), ready, type("Say hello."), turn],
    expects: {
      default: {
        includes: ["setupComplete", "audio", "generationComplete", "turnComplete"],
        excludes: ["activityStart", "close"],
      },
    },
    seconds: { sent: 0, received: 10 },
  },
  {
    name: "unasked",
    claim: "3.8 sends its transcript and counts thoughts that no setup requested.",
    steps: [setup({ outputAudioTranscription: undefined }), ready, type("Say hello."), turn],
    expects: {
      default: { includes: ["audio", "turnComplete"], excludes: ["outputTranscription"] },
      "gemini-3.8-live": { includes: ["outputTranscription", "thoughts counted"] },
    },
    seconds: { sent: 0, received: 10 },
  },
  {
    name: "spoken-turn",
    claim: "A spoken turn has its events in the measured order.",
    steps: [
      setup(),
      ready,
      { speak: "espeak-count.wav" },
      { silenceMs: 30_000, until: "turnComplete" },
    ],
    expects: {
      default: {
        includes: [
          "activityStart",
          "inputTranscription",
          "activityEnd",
          "audio",
          "generationComplete",
          "turnComplete",
        ],
      },
      "gemini-2.5-flash-native-audio": {
        includes: ["inputTranscription", "audio", "generationComplete", "turnComplete"],
        excludes: ["activityStart"],
      },
      "gemini-3.1-flash-live-preview": {
        includes: ["inputTranscription", "audio", "generationComplete", "turnComplete"],
        excludes: ["activityStart"],
      },
    },
    seconds: { sent: 34, received: 10 },
  },
  {
    name: "text-interrupts",
    claim: "Text interrupts speech, and is answered.",
    steps: [
      setup(),
      ready,
      type("Tell me a long story."),
      { until: "audio" },
      type("Stop. Say goodbye."),
      { until: "interrupted" },
      turn,
      { until: "audio" },
      turn,
    ],
    expects: {
      default: {
        includes: ["audio", "interrupted", "turnComplete", "audio", "turnComplete"],
        excludes: ["close"],
      },
    },
    seconds: { sent: 0, received: 60 },
  },
  {
    name: "marked-activity",
    claim: "With detection off, the client's marks make a turn.",
    steps: [
      setup({ realtimeInputConfig: { automaticActivityDetection: { disabled: true } } }),
      ready,
      { send: { realtimeInput: { activityStart: {} } } },
      { speak: "espeak-count.wav" },
      { send: { realtimeInput: { activityEnd: {} } } },
      turn,
    ],
    expects: {
      default: { includes: ["inputTranscription", "audio", "turnComplete"], excludes: ["close"] },
    },
    seconds: { sent: 4, received: 10 },
  },
  {
    name: "function-call",
    claim: "A function is called, and its response is spoken about.",
    steps: [
      setup(weatherTool),
      ready,
      type("What is the current weather in Redmond?"),
      { until: "toolCall" },
      {
        send: {
          toolResponse: {
            functionResponses: [
              {
                id: "$call",
                name: "get_current_weather",
                response: { output: "Sunny, 20 degrees" },
              },
            ],
          },
        },
      },
      { until: "audio" },
      turn,
    ],
    expects: { default: { includes: ["toolCall", "audio", "turnComplete"], excludes: ["close"] } },
    seconds: { sent: 0, received: 20 },
  },
  {
    name: "resume",
    claim: "Two seconds after a drop a session can be resumed by its handle, and gives a new one.",
    steps: [
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { reconnectAfterMs: 2000 },
      setup({ sessionResumption: { handle: "$handle" } }),
      { until: "handle" },
      pause,
    ],
    expects: {
      default: {
        includes: ["handle", "disconnected by the probe", "setupComplete", "handle"],
        excludes: ["close"],
      },
      "gemini-2.5-flash-native-audio": { includes: ["setupComplete"] },
    },
  },
  {
    name: "resume-at-once",
    claim: "At once after an idle drop, resuming is refused.",
    steps: [
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { reconnectAfterMs: 0 },
      setup({ sessionResumption: { handle: "$handle" } }),
      pause,
    ],
    expects: {
      default: {
        includes: ["handle", "disconnected by the probe", "close 1011 Internal error encountered."],
      },
      "gemini-2.5-flash-native-audio": { includes: ["setupComplete"] },
    },
  },
];
