/** Finds settings that have no effect: misspelt names, and origins that no page can have. */
import { settingNames } from "../src/environment.ts";

/** `npm start` reads these from the settings file, too, and the Worker never does. */
const startNames = ["HOST", "PORT", "EMULATOR_HOST", "EMULATOR_PORT", "INSPECTOR_PORT", "HTTPS"];

/** The scripts read these from the environment, and the Worker never does. */
const environmentNames = new Set([
  "PARLEY_VARS",
  "EMULATOR_LLM_URL",
  "EMULATOR_LLM_MODEL",
  "EMULATOR_LLM_KEY",
]);

/** One sentence for each setting without effect. It must not repeat a value that may be a secret. */
export function settingWarnings(settings: Partial<Record<string, string>>, file: string): string[] {
  return [
    ...unknownNames(settings),
    ...badOrigins("ALLOWED_ORIGINS", settings["ALLOWED_ORIGINS"]),
    ...badOrigins("FRAME_ANCESTORS", settings["FRAME_ANCESTORS"]),
  ].map((sentence) => `in ${file}, ${sentence}`);
}

function unknownNames(settings: object): string[] {
  const known = [...settingNames(), ...startNames];
  const unknown = Object.keys(settings).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    if (environmentNames.has(name))
      return `${name} has no effect: set it in the environment, as in ${name}=… npm start.`;
    const [nearest] = known.filter((setting) => isNear(name, setting));
    return nearest
      ? `${name} is no setting of parley: did you mean ${nearest}?`
      : `${name} is no setting of parley: only your agents can read it, as env["${name}"].`;
  });
}

/** Case, underscores, and up to two missing, wrong or extra letters. */
function isNear(name: string, known: string): boolean {
  const [a, b] = [name, known].map((text) => text.toUpperCase().replaceAll("_", ""));
  return distance(a ?? "", b ?? "") <= 2;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

function badOrigins(name: string, list = ""): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim().replace(/\/$/, ""))
    .filter((entry) => entry !== "" && entry !== "null" && !isOrigin(entry))
    .map((entry) => {
      const example = URL.parse(entry)?.host || entry.replace(/^\W+|\/.*$/g, "") || "example.com";
      return `${name} has "${entry}", which no page has as its origin: write it like https://${example}.`;
    });
}

/** A browser sends it in lower case, without a path and without a default port. */
const isOrigin = (entry: string): boolean => {
  const url = URL.parse(entry);
  return (
    url !== null &&
    (url.origin === entry || (!/^https?:$/.test(url.protocol) && /^[a-z-]+:\/\/[^/]+$/.test(entry)))
  );
};
