/**
 * Telephone calls in a conversation: who may come in, what a caller says and presses, and when it is over.
 *
 *     expected (a token) ─► socket ─► start, with the token ─► in the talk ─► stop
 *                             └─ no start, or another token: sent away, and no model is dialled
 */
import type { PhoneEvent } from "../core/client-request.ts";
import { admitStream, expectStream } from "../store/phone-call.ts";
import type { Participants, Seat } from "./connections.ts";
import { fromMulaw, concatBytes, phoneSampleRate, mulawSilence } from "../wire/mulaw.ts";
import { micSampleRate } from "../wire/pcm.ts";
import { Resampler } from "../wire/resampler.ts";
import type { Asking } from "./client-errors.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Departures } from "./disconnect.ts";
import type { House } from "./requests.ts";
import type { Talk } from "./engine.ts";

export interface Exchange {
  readonly object: DurableObjectState;
  readonly participants: Participants;
  readonly clock: () => Clock;
  readonly house: () => House;
  readonly departures: () => Departures;
  readonly talk: () => Talk<Asking>;
  /** Lets a caller join the talk. */
  enter(socket: WebSocket): void;
}

interface Line {
  readonly up: Resampler;
  /** When the sound that comes next should begin, in ms of the stream. */
  next: number | undefined;
  /** When sound came last, in ms. */
  heardAt: number;
  /** Its lack was made up for. */
  starved: boolean;
  digits: string;
  /** Waits for the next digit. */
  pause: Timer | undefined;
  /** Waits for the next sound. */
  watch: Timer | undefined;
}

const startMs = 5_000;
/** A pause after which what was pressed is a number. */
const digitMs = 1_500;
/** Sound that is missing is made up for by silence, up to so many ms: a listener needs some to know that a word is over. */
const mostGapMs = 1_000;
const starvedMs = 750;
/** A network that says nothing for so long has lost the call without a word, in ms. */
const deadMs = 60_000;

export class Phones {
  readonly #exchange: Exchange;
  readonly #lines = new Map<string, Line>();
  readonly #waiting = new Map<string, Timer>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /**
   * A call is about to come with a token, within a minute.
   * @param again it was here, and its stream broke. @returns false when that call is over.
   */
  expect(token: string, again: boolean): boolean {
    const { object, clock } = this.#exchange;
    return expectStream(object.storage, token, again, clock().now());
  }

  /** A socket was opened. Nothing is known of it before `start`. */
  arrive(socket: WebSocket, { id }: Pick<Seat, "id">): void {
    const { clock } = this.#exchange;
    this.#waiting.set(
      id,
      clock().after(startMs, () => this.#dismiss(socket, "The stream did not start.")),
    );
  }

  take(news: PhoneEvent, socket: WebSocket, seat: Seat): void {
    if (news.kind === "start") return this.#start(news, socket, seat);
    if (news.kind === "stop") return this.#stop(socket);
    if (seat.arrived) return;
    const line = this.#lineOf(socket, seat);
    switch (news.kind) {
      case "media":
        return this.#hear(line, news, socket, seat);
      case "mark":
        return this.#exchange.participants.marked(socket, news.name);
      case "digit":
        return this.#press(line, news.digit, socket, seat);
    }
  }

  left({ id }: Pick<Seat, "id">): void {
    const line = this.#lines.get(id);
    for (const timer of [line?.pause, line?.watch, this.#waiting.get(id)]) timer?.cancel();
    this.#lines.delete(id);
    this.#waiting.delete(id);
  }

  #start(
    { stream, call, token }: Extract<PhoneEvent, { kind: "start" }>,
    socket: WebSocket,
    { id, arrived }: Seat,
  ): void {
    if (!arrived) return;
    const { object, clock, participants } = this.#exchange;
    this.#waiting.get(id)?.cancel();
    if (call !== sessionOf(object) || !admitStream(object.storage, token, clock().now()))
      return this.#dismiss(socket, "The call is not expected.");
    participants.reseat(socket, { stream, arrived: undefined });
    this.#exchange.enter(socket);
  }

  /** Made anew after the object slept. */
  #lineOf(socket: WebSocket, { id }: Seat): Line {
    const known = this.#lines.get(id);
    if (known) return known;
    const line = newLine(this.#exchange.clock().now());
    this.#lines.set(id, line);
    this.#watch(socket, id);
    return line;
  }

  #stop(socket: WebSocket): void {
    const { participants, departures, talk } = this.#exchange;
    departures().gone(socket, "The caller hung up.");
    participants.dismiss(socket, 1000, "Goodbye.");
    if (!participants.anyoneBut(socket)) talk().end();
  }

  #dismiss(socket: WebSocket, why: string): void {
    if (!this.#exchange.participants.seatOf(socket).arrived) return;
    this.#exchange.departures().gone(socket);
    this.#exchange.participants.dismiss(socket, 1008, why);
  }

  #hear(
    line: Line,
    { audio, timestampMs }: Extract<PhoneEvent, { kind: "media" }>,
    socket: WebSocket,
    seat: Seat,
  ): void {
    const gapMs =
      timestampMs === undefined || line.next === undefined ? 0 : timestampMs - line.next;
    const missing = gapMs >= leastGapMs ? Math.min(gapMs, mostGapMs) : 0;
    const ms = (audio.length / phoneSampleRate) * 1000;
    line.next = timestampMs === undefined ? undefined : Math.max(timestampMs + ms, line.next ?? 0);
    line.heardAt = this.#exchange.clock().now();
    line.starved = false;
    this.#say(line, missing > 0 ? concatBytes(silence(missing), audio) : audio, socket, seat);
  }

  #say(line: Line, sound: Uint8Array, socket: WebSocket, seat: Seat): void {
    const samples = fromMulaw(sound);
    const room = new Float32Array(line.up.capacityFor(samples.length));
    const pcm = toPcm(room.subarray(0, line.up.push(samples, room)));
    if (pcm.byteLength > 0)
      this.#exchange.house().take({ type: "audio", pcm, rate: micSampleRate }, socket, seat);
  }

  /** When a network falls silent in the middle of a word, the model would wait for its end for ever. */
  #watch(socket: WebSocket, id: string): void {
    const { clock, participants } = this.#exchange;
    const line = this.#lines.get(id);
    if (!line) return;
    const since = clock().now() - line.heardAt;
    if (since >= deadMs) return this.#lose(socket);
    if (since >= starvedMs && !line.starved) {
      line.starved = true;
      this.#say(line, silence(mostGapMs), socket, participants.seatOf(socket));
    }
    line.watch = clock().after(starvedMs, () => this.#watch(socket, id));
  }

  #lose(socket: WebSocket): void {
    const why = "Nothing was heard from the telephone network for a minute.";
    this.#exchange.departures().gone(socket, why);
    this.#exchange.participants.dismiss(socket, 1001, why);
  }

  /** Others see each key; the model is told what they make together. */
  #press(line: Line, digit: string, socket: WebSocket, seat: Seat): void {
    const customMetadata = { dtmf: digit, from: seat.id };
    this.#exchange.talk().journal.tell({ author: "user", customMetadata });
    line.digits += digit;
    line.pause?.cancel();
    const number = (): void => this.#number(line, socket);
    if (digit === "#" || line.digits.length >= mostDigits) number();
    else line.pause = this.#exchange.clock().after(digitMs, number);
  }

  #number(line: Line, socket: WebSocket): void {
    const { house, participants } = this.#exchange;
    const text = `[The caller pressed ${line.digits} on the phone.]`;
    line.digits = "";
    house().take({ type: "text", text }, socket, participants.seatOf(socket));
  }
}

/** The conversation's session is the call. */
const sessionOf = ({ id }: DurableObjectState): string =>
  (JSON.parse(id.name ?? "[]") as string[])[2] ?? "";

const newLine = (now: number): Line => ({
  up: new Resampler(phoneSampleRate, micSampleRate),
  next: undefined,
  heardAt: now,
  // Nobody has said a word yet.
  starved: true,
  digits: "",
  pause: undefined,
  watch: undefined,
});

/** More digits are not one number. */
const mostDigits = 40;

/** Clocks of a network wander by less, in ms. */
const leastGapMs = 40;

const silence = (ms: number): Uint8Array =>
  new Uint8Array(Math.round((ms * phoneSampleRate) / 1000)).fill(mulawSilence);

function toPcm(samples: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, at) =>
    view.setInt16(at * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true),
  );
  return new Uint8Array(view.buffer);
}
