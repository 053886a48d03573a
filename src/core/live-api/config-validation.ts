/** Validates a run configuration against the model and its surface, before any client connects. */
import {
  isPrebuiltVoice,
  type Capabilities,
  type Surface,
  type ThinkingLevel,
} from "./capabilities.ts";
import type { ClientSetup } from "./client-setup.ts";
import { isRecord } from "./proto-json.ts";
import { cutText } from "../../wire/text.ts";
import type { SafetySetting } from "./session-setup.ts";

/** The fields of a run configuration that some model refuses. */
interface RequestedSettings {
  readonly voice?: string | undefined;
  readonly responseModality: "AUDIO" | "TEXT";
  readonly thinking?:
    | { readonly level?: ThinkingLevel | undefined; readonly budget?: number | undefined }
    | undefined;
  readonly proactiveAudio?: boolean | undefined;
  readonly affectiveDialog?: boolean | undefined;
  readonly safetySettings?: readonly SafetySetting[] | undefined;
  readonly explicitVadSignal?: boolean | undefined;
  readonly sessionResumption: boolean | { readonly transparent: boolean };
}

/**
 * One sentence for each unsupported field, naming field and model.
 *
 * A setting that has no effect (affective dialog where it was removed, proactive audio where it is always on) is omitted
 * and not reported.
 */
export function unsupportedSettings(
  settings: RequestedSettings,
  model: string,
  row: Capabilities,
  surface: Surface,
): string[] {
  const unsupported = (field: string, why: string): string =>
    `${field} cannot be used with ${model}: ${why}.`;
  const { thinking } = settings;
  const reasons = row.surfaces.includes(surface)
    ? []
    : [unsupported("model", `it is served on ${row.surfaces.join(" and ")}, not on ${surface}`)];
  if (settings.responseModality === "TEXT")
    reasons.push(
      unsupported("responseModality", "it only speaks; use outputTranscription for text"),
    );
  const refusal = thinkingRefusal(thinking ?? {}, row);
  if (refusal) reasons.push(unsupported(`thinking.${refusal.field}`, refusal.why));
  if (settings.voice !== undefined && !hasVoice(row, settings.voice))
    reasons.push(unsupported("voice", noSuchVoice(settings.voice)));
  if (settings.proactiveAudio === false && row.proactiveAudio === "always")
    reasons.push(unsupported("proactiveAudio", "it is always on"));
  if (surface !== "Vertex")
    for (const { category, method } of settings.safetySettings ?? []) {
      if (category.startsWith("HARM_CATEGORY_IMAGE"))
        reasons.push(unsupported("safetySettings", `only Vertex takes ${category}`));
      if (method !== undefined)
        reasons.push(unsupported("safetySettings", "only Vertex takes a method"));
    }
  if (settings.explicitVadSignal && surface !== "Vertex")
    reasons.push(unsupported("explicitVadSignal", "only Vertex takes it"));
  if (
    typeof settings.sessionResumption === "object" &&
    settings.sessionResumption.transparent &&
    surface !== "Vertex"
  )
    reasons.push(unsupported("sessionResumption.transparent", "only Vertex takes it"));
  return reasons;
}

/**
 * The first field of a Live API client's setup with which the service would refuse it in words that do not name it, as a
 * sentence; undefined if there is none. The service itself names all others.
 */
export function unsupportedField(
  { model, fields }: Pick<ClientSetup, "model" | "fields">,
  row: Capabilities,
): string | undefined {
  const generation = recordOf(fields["generationConfig"]);
  const refuse = (field: string, why: string): string =>
    `${field} cannot be used with ${model}: ${why}.`;
  const { thinkingLevel: level, thinkingBudget: budget } = recordOf(generation["thinkingConfig"]);
  const thinking = thinkingRefusal({ level, budget }, row);
  if (thinking) return refuse(thinkingFields[thinking.field], thinking.why);
  const voiceConfig = recordOf(recordOf(generation["speechConfig"])["voiceConfig"]);
  const voice = recordOf(voiceConfig["prebuiltVoiceConfig"])["voiceName"] ?? voiceConfig["voice"];
  if (typeof voice === "string" && !hasVoice(row, voice))
    return refuse("voiceName", noSuchVoice(voice));
  if (generation["enableAffectiveDialog"] !== undefined && row.affectiveDialog === "refused")
    return refuse("enableAffectiveDialog", "it has no such setting");
  const modalities = generation["responseModalities"];
  return Array.isArray(modalities) && modalities.includes("VIDEO")
    ? refuse("responseModalities VIDEO", "this server carries its speech and no avatar's video")
    : undefined;
}

const thinkingFields = { level: "thinkingLevel", budget: "thinkingBudget" } as const;

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {};

/** The thinking setting that a model refuses, and why; undefined if it takes them. */
function thinkingRefusal(
  { level, budget }: { readonly level?: unknown; readonly budget?: unknown },
  { thinking }: Capabilities,
): { readonly field: "level" | "budget"; readonly why: string } | undefined {
  const isLevelRefused =
    level !== undefined && (thinking === "none" || !thinking.levels.some((each) => each === level));
  const isBudgetRefused = budget !== undefined && (thinking === "none" || !thinking.budget);
  if (isLevelRefused || isBudgetRefused)
    return { field: isLevelRefused ? "level" : "budget", why: acceptedThinking(thinking) };
  return level !== undefined && budget !== undefined
    ? { field: "budget", why: "it takes a level or a budget, not both" }
    : undefined;
}

function acceptedThinking(thinking: Capabilities["thinking"]): string {
  if (thinking === "none") return "it takes no thinking settings";
  const { levels, budget } = thinking;
  const byLevel = levels.length > 0 ? [`the levels ${levels.join(", ")}`] : [];
  return `it takes ${[...byLevel, ...(budget ? ["a thinking budget"] : [])].join(", or ")}`;
}

const hasVoice = ({ voices }: Capabilities, voice: string): boolean =>
  voices === "library" || isPrebuiltVoice(voice);

const noSuchVoice = (voice: string): string =>
  `it has no voice ${cutText(voice, 30)}, only Google's thirty prebuilt ones`;
