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
  /** A word of the transcript comes each second, which parley records: a write of its storage. */
  readonly words: boolean;
  readonly contenders: ContenderSet;
  /** Part of `--quick`, and of the tables in docs/benchmarks.md. */
  readonly quick: boolean;
  /** Pauses, heaps or memory are compared: without `--quick` those contenders are measured for so long, in ms. */
  readonly longMs?: number;
  /** It has no target, or one that it meets by far: so many rounds suffice. */
  readonly mostRounds?: number;
}

/** Of works and contenders that no target turns on. */
export const fewRounds = 3;

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
  words: false,
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
  words: true,
  contenders: "objects",
  quick,
  mostRounds: fewRounds,
});

const listeners = (clients: number): Work => ({
  name: `listeners-${clients}`,
  kind: "down",
  conversations: 1,
  clients,
  frameMs: 20,
  words: true,
  contenders: "listeners",
  quick: true,
  mostRounds: fewRounds,
});

/** V8 first collects the whole heap of the floor after 15 s of frames of 100 ms: pauses before that say nothing. */
const collectedMs = 16_000;
/** An object without requests, such as the directory of a user who has joined, leaves the memory after ten seconds. */
const evictedMs = 12_000;

export const works: readonly Work[] = [
  { ...echo(50, 20, "all", true), longMs: collectedMs },
  { ...echo(50, 100, "all", true), longMs: collectedMs },
  { ...echo(50, 100, "objects", true), name: "50x100-words", words: true, mostRounds: fewRounds },
  echo(1, 20, "alone", true),
  { ...echo(150, 100, "objects", true), longMs: evictedMs },
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

export function titleOf({ kind, conversations, clients, frameMs, words }: Work): string {
  const many = conversations === 1 ? "1 conversation" : `${conversations} conversations`;
  const said = {
    echo: `a frame each ${frameMs} ms both ways`,
    down: `the model speaks in frames of ${frameMs} ms`,
    burst: `the model speaks at 7 × real time in frames of ${frameMs} ms`,
  }[kind];
  const heard = clients === 1 ? "" : ` to ${clients} clients`;
  const recorded = words && kind === "echo" ? ", a word to record each second" : "";
  return `${many}, ${said}${heard}${recorded}`;
}
