/** A session's configuration: the setup, validated against the model's profile. */
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
  /** Whether the client asked for `voiceActivityDetectionSignal`. */
  readonly vadSignal: boolean;
  /** Tokens of one video frame. */
  readonly frameTokens: number;
  /** The maximum length of a reply, tokens. */
  readonly maxOutputTokens: number;
  /** Undefined: the context may fill up. */
  readonly compression: ContextCompression | undefined;
  /** Whether the first contents are history that the model must not answer. */
  readonly seeded: boolean;
}

/** When the context reaches `triggerTokens`, it is cut to `targetTokens`. */
interface ContextCompression {
  readonly triggerTokens: number;
  readonly targetTokens: number;
}

type ConfigResult = { readonly config: SessionConfig } | { readonly refusal: Close };

/** @param forcedProfile a profile name that applies to every known model. */
export function createConfig(
  setup: Setup,
  endpoint: Endpoint,
  forcedProfile: string | undefined,
): ConfigResult {
  const model = setup.model ?? "";
  const profile = chooseProfile(model, endpoint, forcedProfile);
  if (profile === undefined) return { refusal: modelNotFound(model, endpoint) };
  const refusal = checkSetup(setup, profile, endpoint);
  return refusal === undefined ? { config: buildConfig(setup, model, profile) } : { refusal };
}

/** Applies an update of instructions, tools or both during the session. */
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

function chooseProfile(model: string, { surface }: Endpoint, forcedProfile: string | undefined) {
  const pattern =
    surface === "vertex" ? /(?:^|\/)publishers\/google\/models\/([^/]+)$/ : /^models\/([^/]+)$/;
  const name = pattern.exec(model)?.[1];
  if (name === undefined || forcedProfile === undefined) return findProfile(name ?? "", surface);
  return findProfile(forcedProfile, surface) ?? findProfile(forcedProfile);
}

function modelNotFound(model: string, endpoint: Endpoint): Close {
  if (endpoint.surface === "vertex") return closes.noPublisherModel;
  return model === "" ? closes.invalidArgument : unknownModel(model, endpoint.version);
}

function buildConfig(setup: Setup, model: string, profile: Profile): SessionConfig {
  const generation = setup.generationConfig;
  const voiceConfig = generation?.speechConfig?.voiceConfig;
  const realtime = setup.realtimeInputConfig;
  const resumption = setup.sessionResumption;
  return {
    profile,
    model,
    instruction: instructionText(setup.systemInstruction),
    tools: createToolset(setup.tools ?? [], profile),
    voice: voiceConfig?.prebuiltVoiceConfig?.voiceName ?? voiceConfig?.voice ?? DEFAULT_VOICE,
    includeThoughts: generation?.thinkingConfig?.includeThoughts ?? false,
    transcribeInput: setup.inputAudioTranscription !== undefined,
    transcribeOutput: setup.outputAudioTranscription !== undefined || profile.unaskedTranscript,
    activity: vadSettings(realtime?.automaticActivityDetection ?? {}, profile),
    interrupts: realtime?.activityHandling !== "NO_INTERRUPTION",
    turnCoverage: specified(realtime?.turnCoverage) ?? profile.turnCoverage,
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

/** As documented in the SDK. */
const FRAME_TOKENS_BY_RESOLUTION: Readonly<Record<string, number>> = {
  MEDIA_RESOLUTION_LOW: 64,
  MEDIA_RESOLUTION_MEDIUM: 256,
};

/** Defaults: triggers at four fifths of the window and cuts to half of that. */
function compression(setup: Setup, { context }: Profile): ContextCompression | undefined {
  const requested = setup.contextWindowCompression;
  if (requested === undefined) return undefined;
  const triggerTokens = requested.triggerTokens ?? Math.floor(context.windowTokens * 0.8);
  const targetTokens = requested.slidingWindow?.targetTokens ?? Math.floor(triggerTokens / 2);
  return { triggerTokens, targetTokens };
}

/** The service's default voice. */
const DEFAULT_VOICE = "Puck";

/** Joins the parts as paragraphs. */
function instructionText(content: Content | undefined): string {
  return (content?.parts ?? []).map((part) => part.text ?? "").join("\n\n");
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function specified(value: string | undefined): string | undefined {
  return value?.endsWith("_UNSPECIFIED") ? undefined : value;
}

type ActivityDetection = NonNullable<
  NonNullable<Setup["realtimeInputConfig"]>["automaticActivityDetection"]
>;

function vadSettings(detection: ActivityDetection, { activity }: Profile): VadSettings | undefined {
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
