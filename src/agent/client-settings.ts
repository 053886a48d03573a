/**
 * The settings of a session that an author lets clients choose (`clientSettings` of an agent), as they stand in a client's
 * address: `?voice=Kore&language=zh-TW&instruction=…`.
 */
import { clientError, type ClientError } from "../core/errors.ts";
import { isPrebuiltVoice } from "../core/live-api/capabilities.ts";
import { mayTakeRole, type Role } from "../wire/parley-v1.ts";
import type { Agent } from "./agent.ts";

/**
 * voice: one of Google's prebuilt ones. language: BCP-47; the agent is asked to speak it. instruction: a paragraph behind
 * the author's, of an operator alone.
 */
export const clientSettingNames = ["voice", "language", "instruction"] as const;

export type ClientSettingName = (typeof clientSettingNames)[number];

export type ClientSettings = { readonly [name in ClientSettingName]?: string | undefined };

/** An instruction is kept with the connection, whose attachment has 16 KiB. */
const maxInstructionLength = 2_000;

const rules: Readonly<
  Record<
    ClientSettingName,
    { readonly accepts: (value: string) => boolean; readonly takes: string }
  >
> = {
  voice: { accepts: isPrebuiltVoice, takes: "one of Google's prebuilt voices, such as Kore" },
  language: {
    accepts: (value) => /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(value),
    takes: "a language code (BCP-47), such as zh-TW",
  },
  instruction: {
    accepts: (value) => value.trim() !== "" && value.length <= maxInstructionLength,
    takes: `a text of 1 to ${maxInstructionLength} characters`,
  },
};

/**
 * Reads the settings from an address. One that is not allowed refuses the client, and so does one that is malformed: it
 * would hear another agent than it asked for.
 * @param role granted to the client.
 */
export function readClientSettings(
  query: (name: string) => string | undefined,
  { name: agentName, clientSettings }: Pick<Agent, "name" | "clientSettings">,
  role: Role,
): ClientSettings | ClientError {
  const settings: { [name in ClientSettingName]?: string } = {};
  for (const name of clientSettingNames) {
    const value = query(name);
    if (value === undefined) continue;
    if (!clientSettings.includes(name))
      return clientError(
        "NOT_ALLOWED",
        `The agent "${agentName}" does not let clients choose its ${name}. Connect without "${name}" in the address.`,
      );
    if (name === "instruction" && !mayTakeRole(role, "operator"))
      return clientError("NOT_ALLOWED", 'Only operators may give an agent an "instruction".');
    if (!rules[name].accepts(value))
      return clientError("BAD_IDENTITY", `"${name}" in the address takes ${rules[name].takes}.`);
    settings[name] = value;
  }
  return settings;
}

/** The settings that the agent takes: in a tree of agents each author decides. */
export function permittedSettings(
  { clientSettings }: Pick<Agent, "clientSettings">,
  settings: ClientSettings | undefined,
): ClientSettings {
  if (!settings) return {};
  return Object.fromEntries(clientSettings.map((name) => [name, settings[name]]));
}

export const sameSettings = (one: ClientSettings = {}, other: ClientSettings = {}): boolean =>
  clientSettingNames.every((name) => one[name] === other[name]);

/** Paragraphs for the end of the agent's instruction. */
export const settingInstructions = ({ language, instruction }: ClientSettings): string[] => [
  ...(language === undefined
    ? []
    : [`Speak the language with the code "${language}", unless you are asked for another.`]),
  ...(instruction === undefined ? [] : [instruction]),
];
