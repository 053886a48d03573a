/**
 * The run configuration of an agent's live sessions: ADK's RunConfig in TypeScript.
 *
 * Fields without a meaning here (threads, tracing, non-live streaming) do not exist. `agent()` rejects unknown fields.
 */
import {
  accepts,
  allOf,
  fields,
  flag,
  flagOr,
  integer,
  isObject,
  listOf,
  nonEmptyText,
  number,
  oneOf,
  text,
  type Check,
} from "./definition-check.ts";

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

/** Live API: HarmBlockThreshold. */
const harmThresholds = [
  "BLOCK_LOW_AND_ABOVE",
  "BLOCK_MEDIUM_AND_ABOVE",
  "BLOCK_ONLY_HIGH",
  "BLOCK_NONE",
  "OFF",
] as const;

const turnCoverages = [
  "TURN_INCLUDES_ONLY_ACTIVITY",
  "TURN_INCLUDES_ALL_INPUT",
  "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
] as const;

const activityHandlings = ["START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"] as const;
const thinkingLevels = ["MINIMAL", "LOW", "MEDIUM", "HIGH"] as const;
const resolutions = ["LOW", "MEDIUM", "HIGH"] as const;
const sensitivities = ["HIGH", "LOW"] as const;
const modalities = ["AUDIO", "TEXT"] as const;

interface Transcription {
  /** BCP-47 codes, such as "en-US". */
  languageHints?: string[] | undefined;
  /** Names and terms that the recogniser should expect. */
  vocabulary?: string[] | undefined;
}

interface ActivityDetection {
  /** `relay`: the relay detects speech and ends a turn after an adaptive silence; by default the service does. */
  by?: "service" | "relay" | undefined;
  disabled?: boolean | undefined;
  startOfSpeechSensitivity?: (typeof sensitivities)[number] | undefined;
  endOfSpeechSensitivity?: (typeof sensitivities)[number] | undefined;
  /** Speech shorter than this does not start a turn, in ms. */
  prefixPaddingMs?: number | undefined;
  /** Silence of this length ends a turn, in ms. */
  silenceDurationMs?: number | undefined;
}

interface Translation {
  targetLanguageCode: string;
  echoTargetLanguage?: boolean | undefined;
}

interface Thinking {
  level?: (typeof thinkingLevels)[number] | undefined;
  /** In tokens. */
  budget?: number | undefined;
  includeThoughts?: boolean | undefined;
}

interface SafetySetting {
  category: (typeof harmCategories)[number];
  threshold: (typeof harmThresholds)[number];
  /** Vertex only. */
  method?: "SEVERITY" | "PROBABILITY" | undefined;
}

interface Compression {
  triggerTokens?: number | undefined;
  targetTokens?: number | undefined;
}

/** The fields that have a default. */
interface DefaultedFields {
  /** Every current Live model rejects TEXT. */
  responseModality: (typeof modalities)[number];
  inputTranscription: boolean | Transcription;
  outputTranscription: boolean | Transcription;
  /** Whether the relay withholds silent microphone audio from the model: silence costs as much as speech. */
  silenceGate: boolean;
  /** Whether the relay resumes a lost session. `transparent` uses message indices (Vertex only). */
  sessionResumption: boolean | { transparent: boolean };
  /** Keeps a session within the model's context window, and bounds its cost. */
  contextWindowCompression: boolean | Compression;
  /** Maximum number of tool calls in one turn: a loop costs money. */
  toolCallsPerTurn: number;
}

interface OptionalFields {
  /** One of Gemini's voices, such as "Kore". */
  voice?: string | undefined;
  /** BCP-47. Most models detect the language from the speech. */
  languageCode?: string | undefined;
  /** Languages the user may speak; an abbreviation of `inputTranscription.languageHints`. */
  languageHints?: string[] | undefined;
  /** Voice activity detection. `disabled` means push to talk. */
  activityDetection?: ActivityDetection | undefined;
  /** Whether the user's speech interrupts the agent. */
  activityHandling?: (typeof activityHandlings)[number] | undefined;
  turnCoverage?: (typeof turnCoverages)[number] | undefined;
  /** Requests voiceActivity messages (Vertex only). */
  explicitVadSignal?: boolean | undefined;
  /** Speech-to-speech translation, for translation models. */
  translation?: Translation | undefined;
  affectiveDialog?: boolean | undefined;
  proactiveAudio?: boolean | undefined;
  thinking?: Thinking | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  maxOutputTokens?: number | undefined;
  seed?: number | undefined;
  /** Thresholds of the service's safety filters, one for each category. The image categories are Vertex's. */
  safetySettings?: SafetySetting[] | undefined;
  mediaResolution?: (typeof resolutions)[number] | undefined;
  /** Added to every event. */
  customMetadata?: Record<string, unknown> | undefined;
}

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

export type RunConfigDefinition = OptionalFields & Optional<DefaultedFields>;
export type RunConfig = Readonly<OptionalFields & DefaultedFields>;

const defaults: Readonly<DefaultedFields> = {
  responseModality: "AUDIO",
  inputTranscription: true,
  outputTranscription: true,
  silenceGate: true,
  sessionResumption: true,
  contextWindowCompression: true,
  toolCallsPerTurn: 10,
};

const transcription = flagOr(
  fields<Transcription>({ languageHints: listOf(text), vocabulary: listOf(text) }),
);

/** The settings of the service's detection that do not go with the relay's. */
const serviceSettings = [
  "disabled",
  "startOfSpeechSensitivity",
  "endOfSpeechSensitivity",
  "silenceDurationMs",
] as const;

const activityDetection = allOf(
  fields<ActivityDetection>({
    by: oneOf(["service", "relay"]),
    disabled: flag,
    startOfSpeechSensitivity: oneOf(sensitivities),
    endOfSpeechSensitivity: oneOf(sensitivities),
    prefixPaddingMs: integer(0),
    silenceDurationMs: integer(0),
  }),
  accepts((value) => {
    const { by, ...settings } = value as ActivityDetection;
    return by !== "relay" || serviceSettings.every((each) => settings[each] === undefined);
  }, "has settings of the service's detection, which the relay replaces: only prefixPaddingMs goes with it"),
);

const safetySettings = allOf(
  listOf(
    fields<SafetySetting>(
      {
        category: oneOf(harmCategories),
        threshold: oneOf(harmThresholds),
        method: oneOf(["SEVERITY", "PROBABILITY"]),
      },
      ["category", "threshold"],
    ),
  ),
  accepts((value) => {
    const settings = value as readonly SafetySetting[];
    return new Set(settings.map(({ category }) => category)).size === settings.length;
  }, "has two settings of one category"),
);

export const checkRunConfig: Check = fields<RunConfigDefinition>({
  voice: nonEmptyText,
  languageCode: text,
  languageHints: listOf(text),
  responseModality: oneOf(modalities),
  inputTranscription: transcription,
  outputTranscription: transcription,
  activityDetection,
  silenceGate: flag,
  activityHandling: oneOf(activityHandlings),
  turnCoverage: oneOf(turnCoverages),
  explicitVadSignal: flag,
  translation: fields<Translation>({ targetLanguageCode: text, echoTargetLanguage: flag }, [
    "targetLanguageCode",
  ]),
  affectiveDialog: flag,
  proactiveAudio: flag,
  thinking: fields<Thinking>({
    level: oneOf(thinkingLevels),
    budget: integer(),
    includeThoughts: flag,
  }),
  temperature: number(0, 2),
  topP: number(0, 1),
  topK: integer(1),
  maxOutputTokens: integer(1),
  seed: integer(),
  safetySettings,
  mediaResolution: oneOf(resolutions),
  sessionResumption: flagOr(
    fields<{ transparent: boolean }>({ transparent: flag }, ["transparent"]),
  ),
  contextWindowCompression: flagOr(
    fields<Compression>({ triggerTokens: integer(1), targetTokens: integer(1) }),
  ),
  toolCallsPerTurn: integer(1),
  customMetadata: accepts(isObject, "must be an object"),
});

/** Fills in the defaults. @param definition one that `checkRunConfig` accepts. */
export const runConfigOf = (definition: RunConfigDefinition = {}): RunConfig => ({
  ...definition,
  responseModality: definition.responseModality ?? defaults.responseModality,
  inputTranscription: definition.inputTranscription ?? defaults.inputTranscription,
  outputTranscription: definition.outputTranscription ?? defaults.outputTranscription,
  silenceGate: definition.silenceGate ?? defaults.silenceGate,
  sessionResumption: definition.sessionResumption ?? defaults.sessionResumption,
  contextWindowCompression:
    definition.contextWindowCompression ?? defaults.contextWindowCompression,
  toolCallsPerTurn: definition.toolCallsPerTurn ?? defaults.toolCallsPerTurn,
});
