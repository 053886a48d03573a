/** What a session is configured with: the setup, checked against the model's profile. */
import type { Content } from "@google/genai";
import type { ActivityRules } from "./activity.ts";
import { type Close, closes, invalid, unknownModel, unsupportedModalities } from "./closes.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ContextUpdate, Setup } from "./messages.ts";
import { findProfile } from "./profiles/all.ts";
import type { Profile } from "./profiles/profile.ts";
import { type Toolset, toolset } from "./toolset.ts";

export interface Config {
  readonly profile: Profile;
  readonly model: string;
  readonly instruction: string;
  readonly tools: Toolset;
  readonly voice: string;
  readonly includeThoughts: boolean;
  readonly transcribeInput: boolean;
  readonly transcribeOutput: boolean;
  /** Undefined when the client marks activities itself. */
  readonly activity: ActivityRules | undefined;
  readonly interrupts: boolean;
  readonly turnCoverage: string;
  readonly resumption: { readonly handle: string | undefined } | undefined;
  /** The first contents are history, and are not answered. */
  readonly seeded: boolean;
}

export type Configured = { readonly config: Config } | { readonly refusal: Close };

/** @param forced a profile's name, which then answers for every model there is. */
export function configure(
  setup: Setup,
  endpoint: Endpoint,
  forced: string | undefined,
): Configured {
  const model = setup.model ?? "";
  const profile = chooseProfile(model, endpoint, forced);
  if (profile === undefined) return { refusal: noModel(model, endpoint) };
  for (const check of checks) {
    const refusal = check(setup, profile);
    if (refusal !== undefined) return { refusal };
  }
  return { config: build(setup, model, profile) };
}

/** The configuration after an update in mid-session: new instructions, new tools, or both. */
export function reconfigure(config: Config, update: ContextUpdate): Configured {
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
      ...(tools === undefined ? {} : { tools: toolset(tools, profile) }),
      ...(systemInstruction === undefined
        ? {}
        : { instruction: instructionText(systemInstruction) }),
    },
  };
}

function chooseProfile(model: string, endpoint: Endpoint, forced: string | undefined) {
  const { surface } = endpoint;
  const pattern =
    surface === "vertex" ? /(?:^|\/)publishers\/google\/models\/([^/]+)$/ : /^models\/([^/]+)$/;
  const known = findProfile(pattern.exec(model)?.[1] ?? "", surface);
  return known === undefined || forced === undefined ? known : findProfile(forced, surface);
}

function noModel(model: string, endpoint: Endpoint): Close {
  if (endpoint.surface === "vertex") return closes.noPublisherModel;
  return model === "" ? closes.invalidArgument : unknownModel(model, endpoint.version);
}

type Check = (setup: Setup, profile: Profile) => Close | undefined;

function checkModalities(setup: Setup): Close | undefined {
  const modalities = setup.generationConfig?.responseModalities ?? ["AUDIO"];
  if (modalities.length === 1 && modalities[0] === "AUDIO") return undefined;
  return modalities.length === 0 ? undefined : unsupportedModalities(modalities);
}

function checkThinking(setup: Setup, { thinking }: Profile): Close | undefined {
  const asked = setup.generationConfig?.thinkingConfig;
  if (thinking.kind === "refused") return asked === undefined ? undefined : closes.invalidArgument;
  const level = asked?.thinkingLevel;
  if (thinking.kind === "budget") return level === undefined ? undefined : closes.invalidArgument;
  if (level === undefined) return thinking.required ? closes.invalidArgument : undefined;
  return thinking.levels.includes(level) ? undefined : closes.invalidArgument;
}

function checkDialog(setup: Setup, profile: Profile): Close | undefined {
  const affective = setup.generationConfig?.enableAffectiveDialog;
  if (affective !== undefined && profile.affectiveDialog === "refused")
    return closes.invalidArgument;
  const proactive = setup.proactivity?.proactiveAudio;
  if (proactive === undefined || profile.proactiveAudio === "optional") return undefined;
  const fine = profile.proactiveAudio === "always" && proactive;
  return fine ? undefined : closes.invalidArgument;
}

/** Documented as unsupported in live sessions. */
const UNSUPPORTED = [
  "responseLogprobs",
  "logprobs",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "stopSequences",
  "routingConfig",
  "audioTimestamp",
];

function checkGeneration(setup: Setup): Close | undefined {
  const generation = setup.generationConfig ?? {};
  const multiSpeaker = Object.keys(generation.speechConfig ?? {}).includes(
    "multiSpeakerVoiceConfig",
  );
  const unsupported = UNSUPPORTED.some((field) => generation[field] !== undefined);
  return multiSpeaker || unsupported ? closes.invalidArgument : undefined;
}

function checkTools(setup: Setup, profile: Profile): Close | undefined {
  for (const tool of setup.tools ?? []) {
    for (const kind of Object.keys(tool)) {
      if (kind !== "functionDeclarations" && !profile.builtInTools.includes(kind)) {
        return closes.notImplemented;
      }
    }
    for (const { behavior } of tool.functionDeclarations ?? []) {
      const allowed: readonly string[] = [...profile.functionBehaviors, "UNSPECIFIED"];
      if (behavior !== undefined && !allowed.includes(behavior)) return closes.invalidArgument;
    }
  }
  return undefined;
}

function checkInstruction(setup: Setup): Close | undefined {
  const parts = setup.systemInstruction?.parts ?? [];
  return parts.every((part) => part.text !== undefined) ? undefined : closes.invalidArgument;
}

function checkActivity(setup: Setup): Close | undefined {
  const detection = setup.realtimeInputConfig?.automaticActivityDetection;
  const negative = (detection?.prefixPaddingMs ?? 0) < 0 || (detection?.silenceDurationMs ?? 0) < 0;
  return negative ? invalid("Request contains an invalid argument.") : undefined;
}

const checks: readonly Check[] = [
  checkModalities,
  checkGeneration,
  checkThinking,
  checkDialog,
  checkTools,
  checkInstruction,
  checkActivity,
];

function build(setup: Setup, model: string, profile: Profile): Config {
  const generation = setup.generationConfig;
  const realtime = setup.realtimeInputConfig;
  const resumption = setup.sessionResumption;
  return {
    profile,
    model,
    instruction: instructionText(setup.systemInstruction),
    tools: toolset(setup.tools ?? [], profile),
    voice: generation?.speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName ?? DEFAULT_VOICE,
    includeThoughts: generation?.thinkingConfig?.includeThoughts ?? false,
    transcribeInput: setup.inputAudioTranscription !== undefined,
    transcribeOutput: setup.outputAudioTranscription !== undefined,
    activity: activityRules(realtime?.automaticActivityDetection ?? {}, profile),
    interrupts: realtime?.activityHandling !== "NO_INTERRUPTION",
    turnCoverage: known(realtime?.turnCoverage) ?? profile.turnCoverage,
    resumption: resumption === undefined ? undefined : { handle: nonEmpty(resumption.handle) },
    seeded: setup.historyConfig?.initialHistoryInClientContent ?? false,
  };
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

function activityRules(detection: Detection, { activity }: Profile): ActivityRules | undefined {
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
