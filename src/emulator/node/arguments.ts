/** The command line, read and checked. */
import { parseArgs } from "node:util";
import { profiles } from "../core/profiles/all.ts";

export interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly help: boolean;
  readonly textFrames: boolean;
  readonly profile?: string;
  readonly seed?: number;
}

export const help = `A Gemini Live API on this machine: no key, no network, real speech.

Usage: npm run emulator -- [options]

  --port N         the port; EMULATOR_PORT is read too   (8788)
  --host NAME      the address to listen on              (127.0.0.1)
  --profile NAME   answer as this model, whatever is asked for
  --seed N         draw the same numbers on every run
  --text-frames    send text frames; the service sends binary ones
  --help           this text

EMULATOR_LLM_URL, EMULATOR_LLM_MODEL, EMULATOR_LLM_KEY: think with any server that speaks OpenAI's chat
completions, instead of with rules.

Clients: give an SDK http://localhost:8788 as its base URL and any key but "invalid" or "expired".
Look in: http://localhost:8788/_emulator/stats, /_emulator/sessions, /_emulator/health.`;

/** What is wrong with the command line, in one sentence. */
export class BadArguments extends Error {}

/** @throws BadArguments */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { values } = parse(args);
  return {
    port: wholeNumber("port", values.port ?? (environment["EMULATOR_PORT"] || "8788"), 65_535),
    host: values.host ?? "127.0.0.1",
    help: values.help ?? false,
    textFrames: values["text-frames"] ?? false,
    ...(values.profile === undefined ? {} : { profile: known(values.profile) }),
    ...(values.seed === undefined ? {} : { seed: wholeNumber("seed", values.seed, 2 ** 32) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        host: { type: "string" },
        profile: { type: "string" },
        seed: { type: "string" },
        "text-frames": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (problem) {
    const [reason = ""] = String(problem instanceof Error ? problem.message : problem).split(". ");
    throw new BadArguments(`${reason.replace(/\.$/u, "")}; --help lists the options.`);
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number <= most) return number;
  throw new BadArguments(`The ${name} must be a whole number from 0 to ${most}, not "${text}".`);
}

function known(profile: string): string {
  const names = profiles.map(({ name }) => name);
  if (names.includes(profile)) return profile;
  throw new BadArguments(`There is no profile "${profile}"; there is ${names.join(", ")}.`);
}
