/** The works of the bench: how many speak and listen, in which frames. */

export interface Work {
  /** As in `--works`. */
  readonly name: string;
  /** `echo`: the model answers each microphone frame; `down`: it speaks in real time; `burst`: at seven times real time, with pauses. */
  readonly kind: "echo" | "down" | "burst";
  readonly conversations: number;
  /** In each conversation; the first has a microphone. */
  readonly clients: number;
  readonly frameMs: number;
  readonly contenders: ContenderSet;
  /** Part of `--quick`, and of the tables in docs/benchmarks.md. */
  readonly quick: boolean;
  /** How long it is measured without `--quick`, in ms, if not as long as the other works. */
  readonly measuredMs?: number;
}

/** All; the Durable Objects, with direct; the same with ADK Python; floor and parley.v1. */
export type ContenderSet = "all" | "objects" | "alone" | "listeners";

const echo = (
  conversations: number,
  frameMs: number,
  contenders: ContenderSet,
  quick = false,
): Work => ({
  name: `${conversations}x${frameMs}`,
  kind: "echo",
  conversations,
  clients: 1,
  frameMs,
  contenders,
  quick,
});

const speech = (
  kind: "down" | "burst",
  conversations: number,
  frameMs: number,
  quick = false,
): Work => ({
  name: `${kind}-${conversations}x${frameMs}`,
  kind,
  conversations,
  clients: 1,
  frameMs,
  contenders: "objects",
  quick,
});

const listeners = (clients: number): Work => ({
  name: `listeners-${clients}`,
  kind: "down",
  conversations: 1,
  clients,
  frameMs: 20,
  contenders: "listeners",
  quick: true,
});

/** V8 first collects the whole heap of the floor after 15 s of frames of 100 ms: pauses before that say nothing. */
const collectedMs = 20_000;

export const works: readonly Work[] = [
  { ...echo(50, 20, "all", true), measuredMs: collectedMs },
  { ...echo(50, 100, "all", true), measuredMs: collectedMs },
  echo(1, 20, "alone", true),
  echo(150, 100, "objects", true),
  speech("burst", 50, 40, true),
  listeners(1),
  listeners(10),
  listeners(50),
  echo(50, 40, "all"),
  echo(1, 40, "alone"),
  echo(1, 100, "alone"),
  echo(150, 20, "objects"),
  echo(150, 40, "objects"),
  echo(200, 100, "objects"),
  echo(300, 100, "objects"),
  ...[1, 50, 150].flatMap((conversations) =>
    [20, 40, 100].map((frameMs) => speech("down", conversations, frameMs)),
  ),
  speech("burst", 1, 40),
  speech("burst", 150, 40),
];

export function titleOf({ kind, conversations, clients, frameMs }: Work): string {
  const many = conversations === 1 ? "1 conversation" : `${conversations} conversations`;
  const said = {
    echo: `a frame each ${frameMs} ms both ways`,
    down: `the model speaks in frames of ${frameMs} ms`,
    burst: `the model speaks at 7 × real time in frames of ${frameMs} ms`,
  }[kind];
  const heard = clients === 1 ? "" : ` to ${clients} clients`;
  return `${many}, ${said}${heard}`;
}
