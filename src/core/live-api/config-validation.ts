/** What a run configuration asks that a model, or the place it runs, refuses: said before anybody connects. */
import type { Capabilities, Surface, ThinkingLevel } from "./capabilities.ts";

/** The fields of a run configuration that some model refuses. */
export interface RequestedSettings {
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
 * One sentence for each field that cannot be had, naming field and model.
 *
 * A wish the model cannot grant but that changes nothing (affective dialog where it was removed,
 * proactive audio where it is always on) is left out in silence, not refused.
 */
export function unsupportedSettings(
  asked: RequestedSettings,
  model: string,
  row: Capabilities,
  surface: Surface,
): string[] {
  const no = (field: string, why: string): string =>
    `${field} cannot be used with ${model}: ${why}.`;
  const { thinking } = asked;
  const on = row.surfaces.includes(surface)
    ? []
    : [no("model", `it is served on ${row.surfaces.join(" and ")}, not on ${surface}`)];
  if (asked.responseModality === "TEXT")
    on.push(no("responseModality", "it only speaks; use outputTranscription for text"));
  if (thinking?.level !== undefined && !takesLevel(row, thinking.level))
    on.push(no("thinking.level", levels(row)));
  if (thinking?.budget !== undefined && row.thinking !== "budget")
    on.push(no("thinking.budget", levels(row)));
  if (asked.proactiveAudio === false && row.proactiveAudio === "always")
    on.push(no("proactiveAudio", "it is always on"));
  if (asked.explicitVadSignal && surface !== "Vertex")
    on.push(no("explicitVadSignal", "only Vertex takes it"));
  if (
    typeof asked.sessionResumption === "object" &&
    asked.sessionResumption.transparent &&
    surface !== "Vertex"
  )
    on.push(no("sessionResumption.transparent", "only Vertex takes it"));
  return on;
}

const takesLevel = ({ thinking }: Capabilities, level: ThinkingLevel): boolean =>
  Array.isArray(thinking) && thinking.includes(level);

const levels = ({ thinking }: Capabilities): string => {
  if (thinking === "none") return "it takes no thinking settings";
  return thinking === "budget"
    ? "it takes a thinking budget"
    : `it takes the levels ${thinking.join(", ")}`;
};
