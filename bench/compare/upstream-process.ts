/** Starts the upstream of the bench (upstream.ts) and sends it commands. */
import { join } from "node:path";
import { startChild } from "../child.ts";

export type Command =
  /** Begins to count; frames that were sent before (in µs) do not count. */
  | { readonly type: "begin"; readonly since: number }
  | { readonly type: "speak"; readonly speech: Speech }
  | { readonly type: "silence" }
  | { readonly type: "counts" }
  | { readonly type: "report" };

/** Speech of the model that answers nothing. */
export interface Speech {
  readonly frameMs: number;
  /** Times real time, with pauses so that the whole is in real time. */
  readonly speed: number;
}

/** Microphone frames that were received, and audio frames that were sent, since the beginning. */
export interface Counts {
  received: number;
  sent: number;
  /** Microphone frames that were received at any time. */
  total: number;
}

export interface Report extends Counts {
  /** From send at the client to receipt here, in µs. */
  readonly delays: number[];
}

export interface Upstream {
  /** http://… */
  readonly url: string;
  readonly pid: number;
  begin(since: number): Promise<unknown>;
  speak(speech: Speech): Promise<unknown>;
  silence(): Promise<unknown>;
  counts(): Promise<Counts>;
  report(): Promise<Report>;
  stop(): Promise<void>;
}

/** @param words whether its audio has a transcript. */
export async function startUpstream(words = true): Promise<Upstream> {
  const program = join(import.meta.dirname, "upstream.ts");
  const child = startChild([process.execPath, program, ...(words ? ["--words"] : [])]);
  const port = await child.nextLine();
  const command = async (line: Command): Promise<unknown> => {
    const answer = child.nextLine();
    child.input.write(`${JSON.stringify(line)}\n`);
    return JSON.parse(await answer) as unknown;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    begin: (since) => command({ type: "begin", since }),
    speak: (speech) => command({ type: "speak", speech }),
    silence: () => command({ type: "silence" }),
    counts: () => command({ type: "counts" }) as Promise<Counts>,
    report: () => command({ type: "report" }) as Promise<Report>,
    stop: () => child.stop(),
  };
}
