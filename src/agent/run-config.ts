/**
 * How an agent's live sessions are run: ADK's RunConfig, in TypeScript.
 *
 * Fields that make no sense here (threads, tracing, non-live streaming) do not exist; unknown ones are
 * refused where the agent is declared.
 */
import { z } from "zod";

const transcription = z.union([
  z.boolean(),
  z.strictObject({
    /** BCP-47 codes, such as "en-US". */
    languageHints: z.array(z.string()).optional(),
    /** Names and words the recogniser should expect. */
    vocabulary: z.array(z.string()).optional(),
  }),
]);

export const runConfigShape = z.strictObject({
  /** One of Gemini's voices, such as "Kore". */
  voice: z.string().min(1).optional(),
  /** BCP-47; most models infer it from what they hear. */
  languageCode: z.string().optional(),
  /** Languages the user may speak; short for `inputTranscription.languageHints`. */
  languageHints: z.array(z.string()).optional(),
  /** Every current Live model speaks; TEXT is refused by all of them. */
  responseModality: z.enum(["AUDIO", "TEXT"]).default("AUDIO"),
  inputTranscription: transcription.default(true),
  outputTranscription: transcription.default(true),
  /** How the service decides that somebody speaks. `disabled` means push to talk. */
  activityDetection: z
    .strictObject({
      disabled: z.boolean().optional(),
      startOfSpeechSensitivity: z.enum(["HIGH", "LOW"]).optional(),
      endOfSpeechSensitivity: z.enum(["HIGH", "LOW"]).optional(),
      /** Speech must last so long before it counts, in ms. */
      prefixPaddingMs: z.int().min(0).optional(),
      /** Silence must last so long before a turn ends, in ms. */
      silenceDurationMs: z.int().min(0).optional(),
    })
    .optional(),
  /** Whether the microphone's silence is kept from the model: it costs as much as speech. */
  silenceGate: z.boolean().default(true),
  /** Whether speaking interrupts the agent. */
  activityHandling: z.enum(["START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"]).optional(),
  turnCoverage: z
    .enum([
      "TURN_INCLUDES_ONLY_ACTIVITY",
      "TURN_INCLUDES_ALL_INPUT",
      "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
    ])
    .optional(),
  /** Ask for voiceActivity messages (Vertex only). */
  explicitVadSignal: z.boolean().optional(),
  /** Speech-to-speech translation, for models made for it. */
  translation: z
    .strictObject({ targetLanguageCode: z.string(), echoTargetLanguage: z.boolean().optional() })
    .optional(),
  affectiveDialog: z.boolean().optional(),
  proactiveAudio: z.boolean().optional(),
  thinking: z
    .strictObject({
      level: z.enum(["MINIMAL", "LOW", "MEDIUM", "HIGH"]).optional(),
      /** In tokens. */
      budget: z.int().optional(),
      includeThoughts: z.boolean().optional(),
    })
    .optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().positive().optional(),
  maxOutputTokens: z.int().positive().optional(),
  seed: z.int().optional(),
  mediaResolution: z.enum(["LOW", "MEDIUM", "HIGH"]).optional(),
  /** Whether a lost connection may be resumed. `transparent` is Vertex's own, with message indices. */
  sessionResumption: z
    .union([z.boolean(), z.strictObject({ transparent: z.boolean() })])
    .default(true),
  /** Keeps a session within the model's window, and its cost within bounds. */
  contextWindowCompression: z
    .union([
      z.boolean(),
      z.strictObject({
        triggerTokens: z.int().positive().optional(),
        targetTokens: z.int().positive().optional(),
      }),
    ])
    .default(true),
  /** The most tool calls in one turn: a loop costs money. */
  toolCallsPerTurn: z.int().positive().default(10),
  /** Stamped on every event. */
  customMetadata: z.record(z.string(), z.unknown()).optional(),
});

export type RunConfigDefinition = z.input<typeof runConfigShape>;
export type RunConfig = Readonly<z.output<typeof runConfigShape>>;
