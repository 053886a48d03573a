/** Ties the captions of an answer to the voice: measures, while it plays, how much of each was heard. */
import type { Player } from "./audio/player.ts";
import type { ConnectionEvent } from "./connection/connection.ts";
import { markHeard, type Captions } from "./state/captions.ts";
import { heardCharacters, type HeardCaption } from "./state/heard-text.ts";

type Playback = Pick<Player, "receivedMs" | "playedMs" | "isOpen">;

/** The captions that a call shows. */
interface ShownCaptions {
  get(): Captions;
  set(captions: Captions): void;
}

/** The server's measure is for clients that did not play the answer. */
export const withoutHeardMs = (event: ConnectionEvent): ConnectionEvent =>
  event.kind === "interrupted" ? { kind: "interrupted" } : event;

/** A word takes about 300 ms. */
const intervalMs = 80;

export class HeardCaptions {
  readonly #player: Playback;
  readonly #shown: ShownCaptions;
  /** Oldest first. */
  #tracked: HeardCaption[] = [];
  readonly #heard = new Map<number, number>();
  /** Captions up to this id are tracked, or came without the voice. */
  #seenUpTo: number;
  /** Where the audio of this turn begins; undefined between turns. */
  #turnFromMs: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param shown begins with the captions of an earlier client: they came without the voice. */
  constructor(player: Playback, shown: ShownCaptions, earlier: Pick<Captions, "nextId">) {
    this.#player = player;
    this.#shown = shown;
    this.#seenUpTo = earlier.nextId - 1;
  }

  /** An answer begins, before its first audio is given to the player. */
  startTurn(): void {
    this.#turnFromMs ??= this.#player.receivedMs;
  }

  /** The answer has more text. */
  textCame(): void {
    this.#track(this.#shown.get());
    if (this.#tracked.length === 0) return;
    this.measure();
    this.#timer ??= setInterval(() => this.measure(), intervalMs);
  }

  /** The answer's audio is complete. */
  endTurn(): void {
    this.#endLast(this.#player.receivedMs);
    this.#turnFromMs = undefined;
  }

  /** Shows as much of the answer as was heard by now. */
  measure(): void {
    const captions = this.#shown.get();
    this.#tracked = this.#tracked.filter((tracked) => this.#isUnheard(tracked, captions));
    const changed = captions.list.some(({ id, heard }) => this.#heard.get(id) !== heard);
    if (changed) this.#shown.set(markHeard(captions, this.#heard));
    if (this.#tracked.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Nothing is played any more: the captions so far are shown whole. */
  clear(): void {
    this.#tracked = [];
    this.#heard.clear();
    this.#turnFromMs = undefined;
    this.measure();
    this.#seenUpTo = this.#shown.get().nextId - 1;
  }

  #track({ list, nextId }: Captions): void {
    const fresh = list.filter(
      ({ id, side, call }) => id > this.#seenUpTo && side === "agent" && !call,
    );
    this.#seenUpTo = nextId - 1;
    if (!this.#player.isOpen) return;
    for (const { id } of fresh) {
      const { receivedMs } = this.#player;
      this.#endLast(receivedMs);
      // The audio of a turn may come before its first text; later captions begin where they come.
      const fromMs = this.#turnFromMs ?? receivedMs;
      this.#tracked.push({ id, fromMs, since: performance.now() });
      this.#turnFromMs = undefined;
    }
  }

  /** Measures one caption. @returns false once it was heard whole or is cut: it is not measured again. */
  #isUnheard(tracked: HeardCaption, { list }: Captions): boolean {
    const caption = list.find(({ id }) => id === tracked.id);
    const { receivedMs, playedMs } = this.#player;
    const playback = { receivedMs, playedMs, now: performance.now() };
    const heard = Math.max(
      this.#heard.get(tracked.id) ?? 0,
      heardCharacters(caption?.text ?? "", tracked, playback),
    );
    const complete = caption?.state !== "partial" && tracked.toMs !== undefined;
    const whole = complete && heard >= (caption?.text.length ?? 0);
    const ended = !caption || caption.state === "interrupted" || whole;
    if (ended) this.#heard.delete(tracked.id);
    else this.#heard.set(tracked.id, heard);
    return !ended;
  }

  #endLast(toMs: number): void {
    const last = this.#tracked.at(-1);
    if (last && last.toMs === undefined)
      this.#tracked[this.#tracked.length - 1] = { ...last, toMs };
  }
}
