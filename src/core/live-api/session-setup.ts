/** Builds the setup of a session: all that an agent configures and its model allows. */
import type { ClientMessage, FunctionDeclaration, LiveClientSetup } from "../../wire/live-api.ts";
import type { Capabilities, ThinkingLevel } from "./capabilities.ts";

type Transcription =
  | boolean
  | { readonly languageHints?: string[] | undefined; readonly vocabulary?: string[] | undefined };

/** The part of a run configuration that goes to the model; the names are the author's. */
interface SessionSettings {
  readonly voice?: string | undefined;
  readonly languageCode?: string | undefined;
  readonly languageHints?: string[] | undefined;
  readonly inputTranscription: Transcription;
  readonly outputTranscription: Transcription;
  readonly activityDetection?: ActivityDetection | undefined;
  readonly activityHandling?: string | undefined;
  readonly turnCoverage?: string | undefined;
  readonly explicitVadSignal?: boolean | undefined;
  readonly translation?:
    | { targetLanguageCode: string; echoTargetLanguage?: boolean | undefined }
    | undefined;
  readonly affectiveDialog?: boolean | undefined;
  readonly proactiveAudio?: boolean | undefined;
  readonly thinking?: Thinking | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly safetySettings?: readonly SafetySetting[] | undefined;
  readonly mediaResolution?: "LOW" | "MEDIUM" | "HIGH" | undefined;
  readonly sessionResumption: boolean | { readonly transparent: boolean };
  readonly contextWindowCompression:
    | boolean
    | { triggerTokens?: number | undefined; targetTokens?: number | undefined };
}

/** The names are the Live API's. */
export interface SafetySetting {
  readonly category: string;
  readonly threshold: string;
  readonly method?: string | undefined;
}

interface ActivityDetection {
  /** `relay`: the relay marks the activity, and the service detects none. */
  readonly by?: "service" | "relay" | undefined;
  readonly disabled?: boolean | undefined;
  readonly startOfSpeechSensitivity?: "HIGH" | "LOW" | undefined;
  readonly endOfSpeechSensitivity?: "HIGH" | "LOW" | undefined;
  readonly prefixPaddingMs?: number | undefined;
  readonly silenceDurationMs?: number | undefined;
}

interface Thinking {
  readonly level?: ThinkingLevel | undefined;
  readonly budget?: number | undefined;
  readonly includeThoughts?: boolean | undefined;
}

export interface SessionPrompt {
  readonly model: string;
  readonly instruction: string;
  readonly settings: SessionSettings;
  readonly functions: readonly FunctionDeclaration[];
  /** The handle of the session to resume. */
  readonly handle?: string | undefined;
  /** The first contents are history, which must not be answered. */
  readonly history?: boolean;
  readonly builtIns: readonly ("googleSearch" | "codeExecution" | "urlContext")[];
}

/** The project whose quota a session uses, and where it runs. */
export interface VertexLocation {
  readonly project: string;
  readonly location: string;
}

export type SetupMessage = Extract<ClientMessage, { setup: unknown }>;

/** Live API: BidiGenerateContentSetup. Every current Live model speaks, so the modality is AUDIO. */
export function buildSetup(prompt: SessionPrompt, row: Capabilities): SetupMessage {
  const { model, instruction, settings } = prompt;
  const setup = compact({
    model: model.includes("models/") ? model : `models/${model}`,
    generationConfig: generation(settings, row),
    systemInstruction: instruction ? { parts: [{ text: instruction }] } : undefined,
    tools: toolsOf(prompt),
    realtimeInputConfig: realtimeInput(settings),
    inputAudioTranscription: transcription(settings.inputTranscription, settings.languageHints),
    outputAudioTranscription: transcription(settings.outputTranscription),
    proactivity:
      settings.proactiveAudio && row.proactiveAudio === "optional"
        ? { proactiveAudio: true }
        : undefined,
    sessionResumption: resumption(settings.sessionResumption, row, prompt.handle),
    contextWindowCompression: compression(settings.contextWindowCompression),
    safetySettings: settings.safetySettings,
    explicitVadSignal: settings.explicitVadSignal,
    historyConfig: prompt.history ? { initialHistoryInClientContent: true } : undefined,
  });
  // The SDK's types have enums where the wire has strings.
  return { setup: (setup ?? {}) as LiveClientSetup };
}

const generation = (settings: SessionSettings, row: Capabilities) =>
  compact({
    responseModalities: ["AUDIO"],
    temperature: settings.temperature,
    topP: settings.topP,
    topK: settings.topK,
    maxOutputTokens: settings.maxOutputTokens,
    seed: settings.seed,
    mediaResolution: settings.mediaResolution && `MEDIA_RESOLUTION_${settings.mediaResolution}`,
    speechConfig: compact({
      voiceConfig: settings.voice && { prebuiltVoiceConfig: { voiceName: settings.voice } },
      languageCode: settings.languageCode,
    }),
    thinkingConfig: thinking(settings.thinking, row),
    enableAffectiveDialog:
      settings.affectiveDialog && row.affectiveDialog === "optional" ? true : undefined,
    translationConfig: settings.translation && compact(settings.translation),
  });

/**
 * A fallback model may not accept what the first one does: such fields are omitted. A model that requires one of them
 * gets its lowest level.
 */
function thinking({ level, budget, includeThoughts }: Thinking = {}, row: Capabilities) {
  if (row.thinking === "none") return undefined;
  const { levels, budget: takesBudget, required } = row.thinking;
  const thinkingBudget = takesBudget ? budget : undefined;
  const accepted = levels.find((each) => each === level);
  const thinkingLevel =
    accepted ?? (required && thinkingBudget === undefined ? levels[0] : undefined);
  return compact({ thinkingLevel, thinkingBudget, includeThoughts });
}

function toolsOf({ functions, builtIns }: SessionPrompt): object[] | undefined {
  const tools = [
    ...(functions.length > 0 ? [{ functionDeclarations: functions }] : []),
    ...builtIns.map((name) => ({ [name]: {} })),
  ];
  return tools.length > 0 ? tools : undefined;
}

const realtimeInput = ({ activityDetection, activityHandling, turnCoverage }: SessionSettings) =>
  compact({
    automaticActivityDetection: activityDetection && detection(activityDetection),
    activityHandling,
    turnCoverage,
  });

const detection = ({ by, ...settings }: ActivityDetection) =>
  by === "relay"
    ? { disabled: true }
    : compact({
        ...settings,
        startOfSpeechSensitivity: sensitivity("START", settings.startOfSpeechSensitivity),
        endOfSpeechSensitivity: sensitivity("END", settings.endOfSpeechSensitivity),
      });

const sensitivity = (end: "START" | "END", level?: string) =>
  level && `${end}_SENSITIVITY_${level}`;

function transcription(setting: Transcription, hints?: string[]): object | undefined {
  if (setting === false) return undefined;
  const { languageHints = hints, vocabulary } = setting === true ? {} : setting;
  return (
    compact({
      languageCodes: languageHints,
      customVocabulary: vocabulary,
    }) ?? {}
  );
}

const resumption = (
  setting: SessionSettings["sessionResumption"],
  row: Capabilities,
  handle: string | undefined,
): object | undefined =>
  setting === false
    ? undefined
    : {
        ...(isTransparentResumption(setting, row) && { transparent: true }),
        ...(handle !== undefined && { handle }),
      };

/** The default where the model supports it; the author may decide otherwise. */
export const isTransparentResumption = (
  setting: SessionSettings["sessionResumption"],
  { transparent }: Pick<Capabilities, "transparent">,
): boolean => (typeof setting === "object" ? setting.transparent : setting && transparent);

/** The setup with the model's full resource name, which Vertex requires. */
export const withVertexModelName = (
  { setup }: SetupMessage,
  location: VertexLocation | undefined,
): SetupMessage =>
  location ? { setup: { ...setup, model: resourceName(setup.model ?? "", location) } } : { setup };

function resourceName(model: string, { project, location }: VertexLocation): string {
  if (model.startsWith("projects/")) return model;
  const published = model.startsWith("publishers/") ? model : `publishers/google/${model}`;
  return `projects/${project}/locations/${location}/${published}`;
}

/** int64 travels as a string in protobuf's JSON. */
function compression(setting: SessionSettings["contextWindowCompression"]): object | undefined {
  if (setting === false) return undefined;
  const { triggerTokens, targetTokens } = setting === true ? {} : setting;
  return compact({
    triggerTokens: triggerTokens && `${triggerTokens}`,
    slidingWindow: targetTokens ? { targetTokens: `${targetTokens}` } : {},
  });
}

/** Omits undefined and empty fields; undefined when none is left. */
function compact<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const left = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return left.length > 0 ? (Object.fromEntries(left) as never) : undefined;
}
