/** Conformance cases: measured or documented behaviour of the service. */
import type { Case } from "./case.ts";
import { moment, ready, setup, turn, type, weather } from "./steps.ts";

const refused = (close: string) => ({ default: { sees: [close], never: ["setupComplete"] } });
const accepted = { sees: ["setupComplete"], never: ["close"] };
const invalidArgument = {
  sees: ["close 1007 Request contains an invalid argument."],
  never: ["setupComplete"],
};

export const refusals: readonly Case[] = [
  {
    name: "bad-key",
    asks: "A bad key is refused after the upgrade.",
    badKey: true,
    steps: [setup(), moment],
    expects: refused("close 1007 API key not valid."),
  },
  {
    name: "unknown-field",
    asks: "An unknown field is refused with its path in snake_case.",
    steps: [setup({}, { warmth: 1 }), moment],
    expects: refused(
      "close 1007 Invalid JSON payload received. Unknown name \"warmth\" at 'setup.generation_config': Cannot find field.",
    ),
  },
  {
    name: "unknown-model",
    asks: "An unknown model is refused, in a text that is cut.",
    steps: [{ send: { setup: { model: "models/parley-none" } } }, moment],
    expects: refused("close 1008 models/parley-none is not found for API version v1beta"),
  },
  {
    name: "text-modality",
    asks: "Native audio refuses TEXT.",
    steps: [setup({}, { responseModalities: ["TEXT"] }), moment],
    expects: refused("close 1007 The requested combination of response modalities (TEXT)"),
  },
  {
    name: "not-setup",
    asks: "Anything before the setup is refused.",
    steps: [{ send: { realtimeInput: { text: "Hello." } } }, moment],
    expects: refused("close 1007"),
  },
  {
    name: "second-setup",
    asks: "A second setup is refused.",
    steps: [setup(), ready, setup(), moment],
    expects: { default: { sees: ["setupComplete", "close 1007"] } },
  },
  {
    name: "two-kinds",
    asks: "A frame with two kinds of message is refused.",
    steps: [
      setup(),
      ready,
      { send: { realtimeInput: { text: "Hi." }, clientContent: { turnComplete: true } } },
      moment,
    ],
    expects: { default: { sees: ["setupComplete", "close 1007"], never: ["audio"] } },
  },
  {
    name: "no-json",
    asks: "A frame that is not JSON is refused.",
    steps: [setup(), ready, { raw: "hello" }, moment],
    expects: { default: { sees: ["setupComplete", "close 1007"] } },
  },
  {
    name: "media-chunks",
    asks: "The old mediaChunks are refused by 3.x, and taken by 2.5.",
    steps: [
      setup(),
      ready,
      {
        send: {
          realtimeInput: { mediaChunks: [{ mimeType: "audio/pcm;rate=16000", data: "AAAAAA==" }] },
        },
      },
      moment,
    ],
    expects: {
      default: { sees: ["setupComplete", "close 1007 realtime_input.media_chunks is deprecated."] },
      "gemini-2.5-flash-native-audio": accepted,
    },
  },
  {
    name: "thinking-level",
    asks: "A thinking level is for models that have levels.",
    steps: [setup({}, { thinkingConfig: { thinkingLevel: "LOW" } }), moment],
    expects: {
      default: invalidArgument,
      "gemini-3.8-live-extended-thinking": accepted,
      "gemini-3.1-flash-live-preview": accepted,
    },
  },
  {
    name: "code-execution",
    asks: "A built-in tool that the model lacks is refused.",
    steps: [setup({ tools: [{ codeExecution: {} }] }), moment],
    expects: {
      default: { sees: ["close 1008 Operation is not implemented"], never: ["setupComplete"] },
      "gemini-2.5-flash-native-audio": accepted,
    },
  },
  {
    name: "unknown-handle",
    asks: "An unknown resumption handle is refused.",
    steps: [setup({ sessionResumption: { handle: "nobody" } }), moment],
    expects: refused("close 1008 BidiGenerateContent session not found"),
  },
];

export const turns: readonly Case[] = [
  {
    name: "typed-turn",
    asks: "A typed turn is answered in speech, complete when it has been played.",
    steps: [setup(), ready, type("Say hello."), turn],
    expects: {
      default: {
        sees: ["setupComplete", "audio", "generationComplete", "turnComplete"],
        never: ["activityStart", "close"],
      },
    },
    seconds: { sent: 0, received: 10 },
  },
  {
    name: "spoken-turn",
    asks: "A spoken turn has its events in the measured order.",
    steps: [
      setup(),
      ready,
      { say: "espeak-count.wav" },
      { quietMs: 30_000, until: "turnComplete" },
    ],
    expects: {
      default: {
        sees: [
          "activityStart",
          "heard",
          "activityEnd",
          "audio",
          "generationComplete",
          "turnComplete",
        ],
      },
      "gemini-2.5-flash-native-audio": {
        sees: ["heard", "audio", "generationComplete", "turnComplete"],
        never: ["activityStart"],
      },
      "gemini-3.1-flash-live-preview": {
        sees: ["heard", "audio", "generationComplete", "turnComplete"],
        never: ["activityStart"],
      },
    },
    seconds: { sent: 34, received: 10 },
  },
  {
    name: "text-interrupts",
    asks: "Text interrupts speech, and is answered.",
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
        sees: ["audio", "interrupted", "turnComplete", "audio", "turnComplete"],
        never: ["close"],
      },
    },
    seconds: { sent: 0, received: 60 },
  },
  {
    name: "marked-activity",
    asks: "With detection off, the client's marks make a turn.",
    steps: [
      setup({ realtimeInputConfig: { automaticActivityDetection: { disabled: true } } }),
      ready,
      { send: { realtimeInput: { activityStart: {} } } },
      { say: "espeak-count.wav" },
      { send: { realtimeInput: { activityEnd: {} } } },
      turn,
    ],
    expects: { default: { sees: ["heard", "audio", "turnComplete"], never: ["close"] } },
    seconds: { sent: 4, received: 10 },
  },
  {
    name: "function-call",
    asks: "A function is called, and its response is spoken about.",
    steps: [
      setup(weather),
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
    expects: { default: { sees: ["toolCall", "audio", "turnComplete"], never: ["close"] } },
    seconds: { sent: 0, received: 20 },
  },
  {
    name: "resume",
    asks: "Two seconds after a drop a session can be resumed by its handle, and gives a new one.",
    steps: [
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { againAfterMs: 2000 },
      setup({ sessionResumption: { handle: "$handle" } }),
      { until: "handle" },
      moment,
    ],
    expects: {
      default: { sees: ["handle", "hung up", "setupComplete", "handle"], never: ["close"] },
      "gemini-2.5-flash-native-audio": { sees: ["setupComplete"] },
    },
  },
  {
    name: "resume-at-once",
    asks: "At once after an idle drop, resuming is refused.",
    steps: [
      setup({ sessionResumption: {} }),
      { until: "handle" },
      { againAfterMs: 0 },
      setup({ sessionResumption: { handle: "$handle" } }),
      moment,
    ],
    expects: {
      default: { sees: ["handle", "hung up", "close 1011 Internal error encountered."] },
      "gemini-2.5-flash-native-audio": { sees: ["setupComplete"] },
    },
  },
];
