/** Makes the inputs of a connection and of a request from a seed: the same seed, protocol and number, the same input. */
import { createRandom } from "../../test/support/scripted.ts";
import { mutated, pick } from "../../test/support/mutation.ts";
import type { SocketProtocol } from "./protocols.ts";

/** One WebSocket message. */
export interface Input {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** @returns a random that differs by all three. */
export function derivedRandom(seed: number, name: string, number: number): () => number {
  let state = 7;
  for (const byte of Buffer.from(`${seed} ${name} ${number}`))
    state = (Math.imul(state, 31) + byte) >>> 0;
  return createRandom(state);
}

/** To open a connection again costs more than to send a frame. */
const endingShare = 0.02;

/** Half are valid, so that the mutated ones meet a conversation in every state. */
export function inputsOf(
  { valid, ending, binary }: SocketProtocol,
  count: number,
  random: () => number,
): Input[] {
  return Array.from({ length: count }, () => {
    const dice = random();
    const frame = pick(ending.length > 0 && random() < endingShare ? ending : valid, random);
    if (dice < 0.4) return text(JSON.stringify(frame));
    if (dice < 0.85) return text(mutated(frame, random));
    if (dice < 0.9) return { data: Buffer.from(mutated(frame, random)), binary: true };
    if (dice < 0.96 && binary) return { data: junk(random, 4_000), binary: true };
    // Text that is not UTF-8 ends a connection (RFC 6455, 8.1).
    return dice < 0.995
      ? text(String.fromCharCode(...junk(random, 60)))
      : { data: junk(random, 60), binary: false };
  });
}

const text = (data: string): Input => ({ data: Buffer.from(data), binary: false });

/** Of any length, odd ones too. */
const junk = (random: () => number, most: number): Buffer =>
  Buffer.from(
    Array.from({ length: Math.floor(random() ** 3 * most) }, () => Math.floor(random() * 256)),
  );
