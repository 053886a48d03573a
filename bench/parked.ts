/**
 * `npm run bench:parked -- [conversations]`: the first input into a parked conversation → the first audio of the answer.
 *
 * Starts parley as `npm start` does. Each conversation has one answer and then nothing for a minute, until the relay has
 * parked its upstream connection, and for twenty seconds more, until the runtime has evicted its object; the client stays
 * connected. Then the user types or speaks. The same input directly afterwards, into the conversation that is now
 * open, is the comparison: the difference of the two is what the object's start and the new session cost.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { decodeAudioFrame, ping, subprotocol, type ServerFrame } from "../src/wire/parley-v1.ts";
import { Client } from "../test/support/client.ts";
import { startParley } from "../test/support/parley.ts";
import { speak } from "../test/support/speaker.ts";
import { clipSamples } from "../test/support/wavs.ts";
import { lastWord } from "./show/answer.ts";
import { summary } from "./show/statistics.ts";

/** "audio" stands for a binary frame. */
type Received = ServerFrame | { readonly type: "audio"; readonly seq: number };

/** The runtime evicts an object ten seconds after its last event. */
const evictedMs = 20_000;
/** The relay parks after a minute; the last conversation began some seconds after the first. */
const parkedMs = 120_000;

const count = Number(process.argv[2] ?? 8);
const question = lastWord(clipSamples("espeak-paris.wav"));
const parley = await startParley();
try {
  const clients: Client<Received>[] = [];
  for (let at = 0; at < count; at++) clients.push(await connect(at));
  for (const client of clients) await typed(client);
  await parked();
  await sleep(evictedMs);
  const [spokenParked, spokenOpen, typedParked, typedOpen]: number[][] = [[], [], [], []];
  for (const [at, client] of clients.entries()) {
    const ask = at % 2 === 0 ? typed : spoken;
    const epochs = epochsOf(client);
    const first = await ask(client);
    if (epochsOf(client) === epochs) throw new Error("the object was not evicted");
    const second = await ask(client);
    (at % 2 === 0 ? typedParked : spokenParked)?.push(first);
    (at % 2 === 0 ? typedOpen : spokenOpen)?.push(second);
    await client.close();
  }
  console.log(summary("typed text → first audio, parked", typedParked ?? []));
  console.log(summary("typed text → first audio, open", typedOpen ?? []));
  console.log(summary("last word → first audio, parked", spokenParked ?? []));
  console.log(summary("last word → first audio, open", spokenOpen ?? []));
} finally {
  await parley.stop();
}

async function connect(at: number): Promise<Client<Received>> {
  let last = 0;
  const client: Client<Received> = new Client(`${parley.url}/ws/ann/parked-${at}`, {
    protocols: [subprotocol],
    patience: 30_000,
    read: (raw, binary) => {
      const frame: Received = binary
        ? { type: "audio", seq: decodeAudioFrame(new Uint8Array(raw).buffer, last)?.seq ?? last }
        : (JSON.parse(raw.toString("utf8")) as ServerFrame);
      if (frame.type === "probe") void client.send(ping);
      else if ("seq" in frame) void client.send({ type: "ack", seq: (last = frame.seq) });
      return frame;
    },
  });
  await client.send({ type: "hello" });
  return client;
}

/** Waits until no session is on. @throws Error after two minutes. */
async function parked(): Promise<void> {
  const late = performance.now() + parkedMs;
  while ((await sockets()) > 0) {
    if (performance.now() > late) throw new Error("a conversation was not parked");
    await sleep(500);
  }
}

async function sockets(): Promise<number> {
  const stats = await fetch(`${parley.emulator}/_emulator/stats`);
  return ((await stats.json()) as { readonly sockets: number }).sockets;
}

/** One for each start of the object: it greets the sockets that it finds. */
function epochsOf(client: Client<Received>): number {
  return client.messages.filter(({ type }) => type === "hello").length;
}

/** @returns ms to the first audio; after the end of the turn. */
async function typed(client: Client<Received>): Promise<number> {
  const asked = performance.now();
  await client.send({ type: "text", text: "What time is it in Paris?" });
  return firstAudioAfter(client, asked);
}

/** @returns ms from the last word to the first audio; after the end of the turn. */
async function spoken(client: Client<Received>): Promise<number> {
  const speaking = speak(question, (frame) => client.socket.send(frame), { frame: 40 });
  const lastWordAt = await speaking.spoken;
  const wait = await firstAudioAfter(client, lastWordAt);
  await speaking.done;
  return wait;
}

async function firstAudioAfter(client: Client<Received>, from: number): Promise<number> {
  await client.next(({ type }) => type === "audio");
  const heard = client.all.find(({ message, at }) => message.type === "audio" && at > from);
  await client.next((frame) => frame.type === "event" && frame.event.turnComplete === true);
  return (heard?.at ?? Number.NaN) - from;
}
