/** The command line of `npm run fuzz`. */
import { parseArgs } from "node:util";
import { socketProtocols } from "./protocols.ts";
import { requestProtocols } from "./requests.ts";

export interface FuzzOptions {
  /** Of each protocol; a request counts as one. */
  readonly frames: number;
  readonly seed: number;
  /** Names of protocols. */
  readonly protocols: readonly string[];
}

export const protocolNames: readonly string[] = [...socketProtocols, ...requestProtocols].map(
  ({ name }) => name,
);

/** @throws Error that names the wrong argument. */
export function readFuzzOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      frames: { type: "string", default: "200000" },
      seed: { type: "string", default: "1" },
      protocol: { type: "string" },
    },
  });
  const protocols = values.protocol?.split(",") ?? protocolNames;
  const unknown = protocols.find((name) => !protocolNames.includes(name));
  if (unknown !== undefined)
    throw new Error(`--protocol: "${unknown}" is none of ${protocolNames.join(", ")}`);
  return {
    frames: wholeNumber("frames", values.frames),
    seed: wholeNumber("seed", values.seed),
    protocols,
  };
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${option}: "${text}" is no whole number`);
  return Number(text);
}
