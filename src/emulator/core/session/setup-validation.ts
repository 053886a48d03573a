/** Validates a setup against documented limits and the model's profile. */
import {
  type Close,
  closes,
  unknownField,
  unsupportedModalities,
} from "../protocol/close-codes.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import type { Setup } from "../protocol/messages.ts";
import { prebuiltVoices } from "../profiles/voices.ts";
import type { Profile } from "../profiles/profile.ts";

/** @returns the close for the first violation. */
export function checkSetup(setup: Setup, profile: Profile, endpoint: Endpoint): Close | undefined {
  for (const check of checks) {
    const refusal = check(setup, profile, endpoint);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function checkModalities(setup: Setup, profile: Profile): Close | undefined {
  const given = setup.generationConfig?.responseModalities ?? [];
  const voice = setup.generationConfig?.speechConfig?.voiceConfig;
  if (profile.voiceNeedsAudio && voice !== undefined && !given.includes("AUDIO"))
    return closes.noVoices;
  const modalities = setup.generationConfig?.responseModalities ?? ["AUDIO"];
  if (modalities.length === 1 && modalities[0] === "AUDIO") return undefined;
  const isAvatar = modalities.every((each) => each === "AUDIO" || each === "VIDEO");
  if (profile.videoOutput && modalities.length > 0 && isAvatar) return closes.notImplemented;
  return modalities.length === 0 ? undefined : unsupportedModalities(modalities);
}

function checkThinking(setup: Setup, { thinking }: Profile): Close | undefined {
  const requested = setup.generationConfig?.thinkingConfig;
  if (thinking === "refused") return requested === undefined ? undefined : closes.invalidArgument;
  const { thinkingLevel: level, thinkingBudget: budget } = requested ?? {};
  const given = [level, budget].filter((value) => value !== undefined).length;
  const allowed =
    given <= 1 &&
    (given === 1 || !thinking.required) &&
    (budget === undefined || thinking.budget) &&
    (level === undefined || thinking.levels.includes(level));
  return allowed ? undefined : closes.invalidArgument;
}

/** The library's voices have ids such as `en-us-tavi`. */
function checkVoice(setup: Setup, { voices }: Profile): Close | undefined {
  const { prebuiltVoiceConfig, voice } = setup.generationConfig?.speechConfig?.voiceConfig ?? {};
  const name = prebuiltVoiceConfig?.voiceName ?? voice ?? "";
  const known = voices === "any" || name === "" || prebuiltVoices.has(name.toLowerCase());
  return known ? undefined : closes.noSuchVoice;
}

function checkDialog(setup: Setup, profile: Profile, { version }: Endpoint): Close | undefined {
  const affective = setup.generationConfig?.enableAffectiveDialog;
  const proactive = setup.proactivity?.proactiveAudio;
  if (profile.dialogOptions === "v1alpha" && version !== "v1alpha") {
    if (affective !== undefined)
      return unknownField("enableAffectiveDialog", "setup.generation_config");
    return setup.proactivity === undefined ? undefined : unknownField("proactivity", "setup");
  }
  if (affective !== undefined && profile.affectiveDialog === "refused")
    return closes.invalidArgument;
  if (proactive === undefined || profile.proactiveAudio === "optional") return undefined;
  const allowed = profile.proactiveAudio === "always" && proactive;
  return allowed ? undefined : closes.invalidArgument;
}

/** Documented as unsupported in Live sessions. */
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

/** Documented ranges. */
const RANGES: readonly (readonly [field: string, low: number, high: number])[] = [
  ["temperature", 0, 2],
  ["topP", 0, 1],
  ["topK", 1, Number.POSITIVE_INFINITY],
  ["maxOutputTokens", 1, Number.POSITIVE_INFINITY],
  ["candidateCount", 1, 1],
  ["presencePenalty", -2, 2],
  ["frequencyPenalty", -2, 2],
];

function checkGeneration(setup: Setup): Close | undefined {
  const generation = setup.generationConfig ?? {};
  const multiSpeaker = Object.keys(generation.speechConfig ?? {}).includes(
    "multiSpeakerVoiceConfig",
  );
  const outOfRange = RANGES.some(([field, low, high]) => {
    const value = generation[field];
    return typeof value === "number" && !(value >= low && value <= high);
  });
  const unsupported = UNSUPPORTED.some((field) => generation[field] !== undefined);
  return multiSpeaker || unsupported || outOfRange ? closes.invalidArgument : undefined;
}

export function checkTools(setup: Pick<Setup, "tools">, profile: Profile): Close | undefined {
  for (const tool of setup.tools ?? []) {
    for (const kind of Object.keys(tool)) {
      if (kind !== "functionDeclarations" && !profile.builtInTools.includes(kind)) {
        return closes.notImplemented;
      }
    }
    for (const { behavior, ...declaration } of tool.functionDeclarations ?? []) {
      if (hasEmptyMember(declaration)) return closes.invalidArgument;
      const allowed: readonly string[] = [...profile.functionBehaviors, "UNSPECIFIED"];
      if (behavior !== undefined && !allowed.includes(behavior)) return closes.invalidArgument;
    }
  }
  return undefined;
}

/** Whether a list of allowed values contains the empty text, in a schema or in one within it. */
function hasEmptyMember(value: unknown, field = ""): boolean {
  if (field === "enum" && Array.isArray(value)) return value.includes("");
  if (typeof value !== "object" || value === null || FREE.has(field)) return false;
  return Object.entries(value).some(([name, inner]) =>
    // The keys of `properties` are the author's names.
    field === "properties" ? hasEmptyMember(inner) : hasEmptyMember(inner, name),
  );
}

/** Fields with any JSON. */
const FREE: ReadonlySet<string> = new Set([
  "default",
  "example",
  "parametersJsonSchema",
  "responseJsonSchema",
]);

export function checkInstruction(setup: Pick<Setup, "systemInstruction">): Close | undefined {
  const parts = setup.systemInstruction?.parts ?? [];
  return parts.every((part) => part.text !== undefined) ? undefined : closes.invalidArgument;
}

function checkActivity(setup: Setup): Close | undefined {
  const detection = setup.realtimeInputConfig?.automaticActivityDetection;
  const negative = (detection?.prefixPaddingMs ?? 0) < 0 || (detection?.silenceDurationMs ?? 0) < 0;
  return negative ? closes.invalidArgument : undefined;
}

function checkCompression({ contextWindowCompression }: Setup): Close | undefined {
  const trigger = contextWindowCompression?.triggerTokens ?? Number.POSITIVE_INFINITY;
  const target = contextWindowCompression?.slidingWindow?.targetTokens ?? 0;
  return trigger < 0 || target < 0 || target > trigger ? closes.invalidArgument : undefined;
}

const checks: readonly ((
  setup: Setup,
  profile: Profile,
  endpoint: Endpoint,
) => Close | undefined)[] = [
  checkModalities,
  checkGeneration,
  checkThinking,
  checkVoice,
  checkDialog,
  checkTools,
  checkInstruction,
  checkActivity,
  checkCompression,
];
