/** Validates a run configuration against the model and its surface, before any client connects. */
import type { Capabilities, Surface, ThinkingLevel } from "./capabilities.ts";

/** The fields of a run configuration that some model refuses. */
interface RequestedSettings {
  readonly responseModality: "AUDIO" | "TEXT";
  readonly thinking?:
    | { readonly level?: ThinkingLevel | undefined; readonly budget?: number | undefined }
    | undefined;
  readonly proactiveAudio?: boolean | undefined;
  readonly affectiveDialog?: boolean | undefined;
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
  if (thinking?.level !== undefined && !acceptsLevel(row, thinking.level))
    reasons.push(unsupported("thinking.level", acceptedLevels(row)));
  if (thinking?.budget !== undefined && row.thinking !== "budget")
    reasons.push(unsupported("thinking.budget", acceptedLevels(row)));
  if (settings.proactiveAudio === false && row.proactiveAudio === "always")
    reasons.push(unsupported("proactiveAudio", "it is always on"));
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

const acceptsLevel = ({ thinking }: Capabilities, level: ThinkingLevel): boolean =>
  Array.isArray(thinking) && thinking.includes(level);

const acceptedLevels = ({ thinking }: Capabilities): string => {
  if (thinking === "none") return "it takes no thinking settings";
  return thinking === "budget"
    ? "it takes a thinking budget"
    : `it takes the levels ${thinking.join(", ")}`;
};
