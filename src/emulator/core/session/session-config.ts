/** What a session is configured with: the setup, checked against the model's profile. */
import type { Content } from "@google/genai";
import type { VadSettings } from "../speech/vad.ts";
import { checkInstruction, checkSetup, checkTools } from "./setup-validation.ts";
import { type Close, closes, unknownModel } from "../protocol/close-codes.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import type { ContextUpdate, Setup } from "../protocol/messages.ts";
import { findProfile } from "../profiles/all.ts";
import type { Profile } from "../profiles/profile.ts";
import { type Toolset, createToolset } from "./toolset.ts";
import { FRAME_TOKENS } from "../protocol/token-usage.ts";

export interface SessionConfig {
  readonly profile: Profile;
  readonly model: string;
  readonly instruction: string;
  readonly tools: Toolset;
  readonly voice: string;
  readonly includeThoughts: boolean;
  readonly transcribeInput: boolean;
  readonly transcribeOutput: boolean;
  /** Undefined when the client marks activities itself. */
  readonly activity: VadSettings | undefined;
  readonly interrupts: boolean;
  readonly turnCoverage: string;
  readonly resumption:
    | { readonly handle: string | undefined; readonly transparent: boolean }
    | undefined;
  /** Asked for by name, speech is told of in a second way. */
  readonly vadSignal: boolean;
  /** What a video frame costs, tokens. */
  readonly frameTokens: number;
  /** The longest reply, tokens. */
  readonly maxOutputTokens: number;
  /** Undefined: the context may fill up. */
  readonly compression: ContextCompression | undefined;
  /** The first contents are history, and are not answered. */
  readonly seeded: boolean;
}

/** When the context has grown to the one size, it is cut down to the other; tokens. */
export interface ContextCompression {
  readonly triggerTokens: number;
  readonly targetTokens: number;
}

export type ConfigResult = { readonly config: SessionConfig } | { readonly refusal: Close };

/** @param forced a profile's name, which then answers for every model there is. */
export function createConfig(
  setup: Setup,
  endpoint: Endpoint,
  forced: string | undefined,
): ConfigResult {
  const model = setup.model ?? "";
  const profile = chooseProfile(model, endpoint, forced);
  if (profile === undefined) return { refusal: noModel(model, endpoint) };
  const refusal = checkSetup(setup, profile, endpoint);
  return refusal === undefined ? { config: build(setup, model, profile) } : { refusal };
}

/** The configuration after an update in mid-session: new instructions, new tools, or both. */
export function updateConfig(config: SessionConfig, update: ContextUpdate): ConfigResult {
  const { profile } = config;
  if (!profile.contextUpdate) return { refusal: closes.notImplemented };
  const tools = update.tools === undefined ? undefined : (update.tools.tools ?? []);
  const { systemInstruction } = update;
  const refusal =
    (tools && checkTools({ tools }, profile)) ??
    (systemInstruction && checkInstruction({ systemInstruction }));
  if (refusal !== undefined) return { refusal };
  return {
    config: {
      ...config,
      ...(tools === undefined ? {} : { tools: createToolset(tools, profile) }),
      ...(systemInstruction === undefined
        ? {}
        : { instruction: instructionText(systemInstruction) }),
    },
  };
}

function chooseProfile(model: string, { surface }: Endpoint, forced: string | undefined) {
  const pattern =
    surface === "vertex" ? /(?:^|\/)publishers\/google\/models\/([^/]+)$/ : /^models\/([^/]+)$/;
  const name = pattern.exec(model)?.[1];
  if (name === undefined || forced === undefined) return findProfile(name ?? "", surface);
  return findProfile(forced, surface) ?? findProfile(forced);
}

function noModel(model: string, endpoint: Endpoint): Close {
  if (endpoint.surface === "vertex") return closes.noPublisherModel;
  return model === "" ? closes.invalidArgument : unknownModel(model, endpoint.version);
}

function build(setup: Setup, model: string, profile: Profile): SessionConfig {
  const generation = setup.generationConfig;
  const realtime = setup.realtimeInputConfig;
  const resumption = setup.sessionResumption;
  return {
    profile,
    model,
    instruction: instructionText(setup.systemInstruction),
    tools: createToolset(setup.tools ?? [], profile),
    voice: generation?.speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName ?? DEFAULT_VOICE,
    includeThoughts: generation?.thinkingConfig?.includeThoughts ?? false,
    transcribeInput: setup.inputAudioTranscription !== undefined,
    transcribeOutput: setup.outputAudioTranscription !== undefined,
    activity: activityRules(realtime?.automaticActivityDetection ?? {}, profile),
    interrupts: realtime?.activityHandling !== "NO_INTERRUPTION",
    turnCoverage: known(realtime?.turnCoverage) ?? profile.turnCoverage,
    resumption: resumption && {
      handle: nonEmpty(resumption.handle),
      transparent: resumption.transparent ?? false,
    },
    vadSignal: setup.explicitVadSignal ?? false,
    frameTokens: FRAME_TOKENS_BY_RESOLUTION[generation?.mediaResolution ?? ""] ?? FRAME_TOKENS,
    maxOutputTokens: generation?.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    compression: compression(setup, profile),
    seeded: setup.historyConfig?.initialHistoryInClientContent ?? false,
  };
}

/** As the SDK documents them. */
const FRAME_TOKENS_BY_RESOLUTION: Readonly<Record<string, number>> = {
  MEDIA_RESOLUTION_LOW: 64,
  MEDIA_RESOLUTION_MEDIUM: 256,
};

/** By default at four fifths of the window, down to half of that. */
function compression(setup: Setup, { context }: Profile): ContextCompression | undefined {
  const asked = setup.contextWindowCompression;
  if (asked === undefined) return undefined;
  const triggerTokens = asked.triggerTokens ?? Math.floor(context.windowTokens * 0.8);
  const targetTokens = asked.slidingWindow?.targetTokens ?? Math.floor(triggerTokens / 2);
  return { triggerTokens, targetTokens };
}

/** The voice the service speaks with when none is asked for. */
const DEFAULT_VOICE = "Puck";

/** Each part is its own paragraph. */
export function instructionText(content: Content | undefined): string {
  return (content?.parts ?? []).map((part) => part.text ?? "").join("\n\n");
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function known(value: string | undefined): string | undefined {
  return value?.endsWith("_UNSPECIFIED") ? undefined : value;
}

type Detection = NonNullable<
  NonNullable<Setup["realtimeInputConfig"]>["automaticActivityDetection"]
>;

function activityRules(detection: Detection, { activity }: Profile): VadSettings | undefined {
  if (detection.disabled === true) return undefined;
  const start = sensitivity(detection.startOfSpeechSensitivity) ?? activity.startSensitivity;
  const end = sensitivity(detection.endOfSpeechSensitivity) ?? activity.endSensitivity;
  return {
    startThreshold: activity.startThreshold[start],
    keepThreshold: activity.keepThreshold,
    startMs: detection.prefixPaddingMs ?? activity.prefixPaddingMs,
    endMs: detection.silenceDurationMs ?? activity.silenceDurationMs[end],
  };
}

function sensitivity(value: string | undefined): "HIGH" | "LOW" | undefined {
  if (value?.endsWith("_HIGH")) return "HIGH";
  return value?.endsWith("_LOW") ? "LOW" : undefined;
}
