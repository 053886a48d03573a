/** Names of models: those that Google has shut down, and those that an operator maps to others. */

interface Retirement {
  readonly endedOn: string;
  readonly replacement: string;
}

const previews2026: Retirement = { endedOn: "17 November 2026", replacement: "gemini-3.8-live" };
const models2025: Retirement = { endedOn: "9 December 2025", replacement: "gemini-3.8-live" };

/** Gemini API: deprecations. */
const retirements: Readonly<Record<string, Retirement>> = {
  "gemini-3.1-flash-live-preview": previews2026,
  "gemini-2.5-flash-native-audio-latest": previews2026,
  "gemini-2.5-flash-native-audio-preview-12-2025": previews2026,
  "gemini-2.5-flash-native-audio-preview-09-2025": previews2026,
  "gemini-live-2.5-flash-preview": models2025,
  "gemini-2.0-flash-live-001": models2025,
};

/** "models/m", "publishers/google/models/m" and "projects/…/models/m" name the same model. */
export const bareModelName = (model: string): string => model.replace(/^.*models\//, "");

/** A sentence about a model that was shut down, with its replacement; undefined if it was not. */
export function retirementNote(model: string): string | undefined {
  const name = bareModelName(model);
  const retirement = Object.hasOwn(retirements, name) ? retirements[name] : undefined;
  return (
    retirement && `${name} was shut down on ${retirement.endedOn}: use ${retirement.replacement}.`
  );
}

/** Bare names of models by the bare names that agents and clients write. */
type ModelAliases = ReadonlyMap<string, string>;

/** @returns the name as it was given if no alias maps it. */
export const resolveModel = (model: string, aliases: ModelAliases): string =>
  aliases.get(bareModelName(model)) ?? model;

/** @param list `old=new,other=new`. @returns the aliases, or the mistake in a sentence without the setting's name. */
export function parseModelAliases(list: string): ModelAliases | string {
  const aliases = new Map<string, string>();
  for (const entry of list
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean)) {
    const [, from = "", to = ""] = /^([^=\s]+)\s*=\s*([^=\s]+)$/.exec(entry) ?? [];
    if (to === "") return `has "${entry}", which is not like old-model=new-model`;
    if (aliases.has(bareModelName(from))) return `maps ${from} twice`;
    aliases.set(bareModelName(from), bareModelName(to));
  }
  const chained = [...aliases].find(([, to]) => aliases.has(to));
  if (chained) return `maps ${chained[0]} to ${chained[1]}, which it maps, too: name the last one`;
  const [retired] = [...aliases.values()].flatMap((to) => retirementNote(to) ?? []);
  return retired === undefined ? aliases : `maps to a model that is gone: ${retired}`;
}
