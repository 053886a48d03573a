/**
 * A healthy client, a process of its own: it speaks parley.v1 all the time, and the upstream answers each frame.
 *
 *     node bench/fuzz/healthy.ts ws://host:port      prints a line when it has joined, and its figures at the end of its input
 */
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { connectParley } from "../compare/clients/websocket.ts";
import { noise } from "../compare/noise.ts";
import { pace } from "../compare/pace.ts";
import { nowUs, stampPcm } from "../compare/stamp.ts";
import { AnswerOrder } from "./answer-order.ts";

const frameMs = 100;
/** For the answers that are under way at the end. */
const lastAnswersMs = 5_000;

const order = new AnswerOrder();
const client = await connectParley(process.argv[2] ?? "", "healthy", {
  onAudio(stamp) {
    // Silence that the relay sends while the machine holds up the microphone has no stamp, nor has its echo.
    if (stamp && stamp.client !== 0) order.answer(stamp.client, nowUs());
  },
  onSkipped: (ms) => order.faults.push(`${ms} ms of the answers were left out`),
  onClosed: (reason) => order.faults.push(`it was closed: ${reason}`),
});
const pcm = noise(frameMs * 32);
const microphone = pace(frameMs, () => {
  const now = nowUs();
  stampPcm(pcm, { client: now, upstream: 0 });
  order.send(now);
  client.send(pcm.slice());
});
console.log("joined");
for await (const _ of createInterface({ input: process.stdin })) break;
microphone.stop();
for (let waited = 0; order.waiting > 0 && waited < lastAnswersMs; waited += frameMs)
  await sleep(frameMs);
console.log(JSON.stringify(order.figures));
process.exit(0);
