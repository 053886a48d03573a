/** Parses and validates the command line. */
import { parseArgs } from "node:util";
import { profiles } from "../core/profiles/all.ts";

export interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly help: boolean;
  readonly tls: boolean;
  readonly textFrames: boolean;
  readonly compactFrames: boolean;
  readonly profile?: string;
  readonly seed?: number;
  readonly speed?: number;
  /** File paths. */
  readonly script?: string;
  readonly record?: string;
  readonly replay?: string;
}

/** The message describes the error in one sentence. */
export class ArgumentError extends Error {}

/** @throws ArgumentError */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { port, host, help, tls, profile, seed, speed, ...values } = parse(args);
  const { script, record, replay } = values;
  const givenOptions = replay !== undefined && Object.entries({ script, record, profile, speed });
  const [meaningless] = (givenOptions || []).find(([, value]) => value !== undefined) ?? [];
  if (meaningless !== undefined)
    throw new ArgumentError(`--${meaningless} has no meaning with --replay.`);
  return {
    port: wholeNumber("port", port ?? (environment["EMULATOR_PORT"] || "8788"), 65_535),
    host: host ?? (environment["EMULATOR_HOST"] || "127.0.0.1"),
    help: help ?? false,
    tls: tls ?? false,
    textFrames: values["text-frames"] ?? false,
    compactFrames: values["compact-frames"] ?? false,
    ...(profile === undefined ? {} : { profile: knownProfile(profile) }),
    ...(seed === undefined ? {} : { seed: wholeNumber("seed", seed, 2 ** 32) }),
    ...(speed === undefined ? {} : { speed: positive("speed", speed) }),
    ...(script === undefined ? {} : { script }),
    ...(record === undefined ? {} : { record }),
    ...(replay === undefined ? {} : { replay }),
  };
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        tls: flag,
        profile: text,
        script: text,
        seed: text,
        speed: text,
        record: text,
        replay: text,
        "text-frames": flag,
        "compact-frames": flag,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split(". ");
    throw new ArgumentError(`${reason.replace(/\.$/u, "")}; --help lists the options.`);
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number <= max) return number;
  throw new ArgumentError(`The ${name} must be a whole number from 0 to ${max}, not "${text}".`);
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new ArgumentError(`The ${name} must be a number above 0, not "${text}".`);
}

function knownProfile(profile: string): string {
  // One name may have a profile on each surface.
  const names = new Set(profiles.map(({ name }) => name));
  if (names.has(profile)) return profile;
  throw new ArgumentError(`There is no profile "${profile}"; there is ${[...names].join(", ")}.`);
}
