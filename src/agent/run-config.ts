/**
 * The run configuration of an agent's live sessions: ADK's RunConfig in TypeScript.
 *
 * Fields without a meaning here (threads, tracing, non-live streaming) do not exist. `agent()` rejects unknown fields.
 */
import * as z from "zod";

/** Live API: HarmCategory. */
const harmCategories = [
  "HARM_CATEGORY_HARASSMENT",
  "HARM_CATEGORY_HATE_SPEECH",
  "HARM_CATEGORY_SEXUALLY_EXPLICIT",
  "HARM_CATEGORY_DANGEROUS_CONTENT",
  "HARM_CATEGORY_CIVIC_INTEGRITY",
  "HARM_CATEGORY_JAILBREAK",
  "HARM_CATEGORY_IMAGE_HATE",
  "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT",
  "HARM_CATEGORY_IMAGE_HARASSMENT",
  "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT",
] as const;

const transcription = z.union([
  z.boolean(),
  z.strictObject({
    /** BCP-47 codes, such as "en-US". */
    languageHints: z.array(z.string()).optional(),
    /** Names and terms that the recogniser should expect. */
    vocabulary: z.array(z.string()).optional(),
  }),
]);

/** The settings of the service's detection that do not go with the relay's. */
const serviceSettings = [
  "disabled",
  "startOfSpeechSensitivity",
  "endOfSpeechSensitivity",
  "silenceDurationMs",
] as const;

export const runConfigSchema = z.strictObject({
  /** One of Gemini's voices, such as "Kore". */
  voice: z.string().min(1).optional(),
  /** BCP-47. Most models detect the language from the speech. */
  languageCode: z.string().optional(),
  /** Languages the user may speak; an abbreviation of `inputTranscription.languageHints`. */
  languageHints: z.array(z.string()).optional(),
  /** Every current Live model rejects TEXT. */
  responseModality: z.enum(["AUDIO", "TEXT"]).default("AUDIO"),
  inputTranscription: transcription.default(true),
  outputTranscription: transcription.default(true),
  /** Voice activity detection. `disabled` means push to talk. */
  activityDetection: z
    .strictObject({
      /** `relay`: the relay detects speech and ends a turn after an adaptive silence; by default the service does. */
      by: z.enum(["service", "relay"]).optional(),
      disabled: z.boolean().optional(),
      startOfSpeechSensitivity: z.enum(["HIGH", "LOW"]).optional(),
      endOfSpeechSensitivity: z.enum(["HIGH", "LOW"]).optional(),
      /** Speech shorter than this does not start a turn, in ms. */
      prefixPaddingMs: z.int().min(0).optional(),
      /** Silence of this length ends a turn, in ms. */
      silenceDurationMs: z.int().min(0).optional(),
    })
    .refine(
      ({ by, ...settings }) =>
        by !== "relay" || serviceSettings.every((each) => settings[each] === undefined),
      "has settings of the service's detection, which the relay replaces: only prefixPaddingMs goes with it",
    )
    .optional(),
  /** Whether the relay withholds silent microphone audio from the model: silence costs as much as speech. */
  silenceGate: z.boolean().default(true),
  /** Whether the user's speech interrupts the agent. */
  activityHandling: z.enum(["START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"]).optional(),
  turnCoverage: z
    .enum([
      "TURN_INCLUDES_ONLY_ACTIVITY",
      "TURN_INCLUDES_ALL_INPUT",
      "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
    ])
    .optional(),
  /** Requests voiceActivity messages (Vertex only). */
  explicitVadSignal: z.boolean().optional(),
  /** Speech-to-speech translation, for translation models. */
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
  /** Thresholds of the service's safety filters, one for each category. The image categories are Vertex's. */
  safetySettings: z
    .array(
      z.strictObject({
        category: z.enum(harmCategories),
        threshold: z.enum([
          "BLOCK_LOW_AND_ABOVE",
          "BLOCK_MEDIUM_AND_ABOVE",
          "BLOCK_ONLY_HIGH",
          "BLOCK_NONE",
          "OFF",
        ]),
        /** Vertex only. */
        method: z.enum(["SEVERITY", "PROBABILITY"]).optional(),
      }),
    )
    .refine(
      (settings) => new Set(settings.map(({ category }) => category)).size === settings.length,
      "has two settings of one category",
    )
    .optional(),
  mediaResolution: z.enum(["LOW", "MEDIUM", "HIGH"]).optional(),
  /** Whether the relay resumes a lost session. `transparent` uses message indices (Vertex only). */
  sessionResumption: z
    .union([z.boolean(), z.strictObject({ transparent: z.boolean() })])
    .default(true),
  /** Keeps a session within the model's context window, and bounds its cost. */
  contextWindowCompression: z
    .union([
      z.boolean(),
      z.strictObject({
        triggerTokens: z.int().positive().optional(),
        targetTokens: z.int().positive().optional(),
      }),
    ])
    .default(true),
  /** Maximum number of tool calls in one turn: a loop costs money. */
  toolCallsPerTurn: z.int().positive().default(10),
  /** Added to every event. */
  customMetadata: z.record(z.string(), z.unknown()).optional(),
});

export type RunConfigDefinition = z.input<typeof runConfigSchema>;
export type RunConfig = Readonly<z.output<typeof runConfigSchema>>;
