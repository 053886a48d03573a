/**
 * `npm run fuzz [-- --frames=200000 --seed=1 --protocol=parley.v1,…]`: sends every protocol input that is nearly valid.
 *
 * The Worker runs as it is deployed, in workerd without a development proxy. Beside the fuzzed conversations one speaks
 * all the time and must be answered in order, and other clients stop half-way. Every answer must be a documented error,
 * the log must hold warnings alone, and the memory must not grow. A finding is printed with the seed and the smallest
 * input that shows it; the exit code is then 1.
 */
import { startHealthyConversation } from "./fuzz/conversation.ts";
import { derivedRandom, inputsOf, type Input } from "./fuzz/inputs.ts";
import { readFuzzOptions } from "./fuzz/options.ts";
import { socketProtocols, type SocketProtocol } from "./fuzz/protocols.ts";
import {
  describeRequest,
  follow,
  requestOf,
  requestProtocols,
  runRequest,
  type RequestProtocol,
} from "./fuzz/requests.ts";
import { FuzzServer } from "./fuzz/server.ts";
import { shrink } from "./fuzz/shrink.ts";
import { Retries } from "./fuzz/retries.ts";
import { runInputs } from "./fuzz/socket-run.ts";
import { orExit } from "./or-exit.ts";
import { stall } from "./fuzz/stalled.ts";
import { kindOf, Tally } from "./fuzz/tally.ts";

/** A busy server may refuse newcomers: few conversations of many frames are refused less than many of few. */
const framesPerConversation = 400;
/** Conversations, or requests, at once. */
const concurrency = 32;
/** A long run that is ended early leaves its figures. */
const progressMs = 30_000;
/** A fault is reduced by as many runs of a part of its inputs, and for as long. */
const maxReductions = 60;
const reductionMs = 120_000;
/** Of a fault that could not be reduced: its seed makes the others again. */
const shownInputs = 20;
/** After as many the protocol is left. */
const maxFindings = 5;
/** Memory may grow by this much from the second quarter of a protocol's time to the last: a quarter, and in MB. */
const growth = { share: 0.25, mb: 48 };

const { frames, seed, protocols } = orExit(() => readFuzzOptions(process.argv.slice(2)));
const server = await FuzzServer.start();
const findings: string[] = [];
try {
  const endHealthy = await startHealthyConversation(server.base.replace(/^http/, "ws"));
  const endStalled = stall(server.base);
  for (const protocol of socketProtocols)
    if (protocols.includes(protocol.name)) await fuzzSockets(protocol);
  for (const protocol of requestProtocols)
    if (protocols.includes(protocol.name)) await fuzzRequests(protocol);
  console.log(`stalled clients: ${endStalled()}; warnings in the log:`);
  for (const [kind, count] of server.log.warnings) console.log(`  ${count} × ${kind}`);
  const { sent, answered, worstMs, faults } = await endHealthy();
  console.log(
    `healthy conversation: ${answered} of ${sent} frames answered in order, the slowest after ${worstMs.toFixed(0)} ms`,
  );
  for (const fault of faults.slice(0, maxFindings)) report("healthy conversation", fault);
  for (const line of server.log.faults) report("the log", line);
} finally {
  await server.stop();
}
console.log(findings.length === 0 ? "no finding" : `${findings.length} findings, seed ${seed}`);
process.exit(findings.length === 0 ? 0 : 1);

async function fuzzSockets(protocol: SocketProtocol): Promise<void> {
  const { name } = protocol;
  const count = Math.ceil(frames / framesPerConversation);
  const runPart = (conversation: string, inputs: readonly Input[], tally: Tally) =>
    runInputs({ protocol, base: server.base, conversation }, inputs, tally);
  await fuzz(name, count, async (at, tally) => {
    const random = derivedRandom(seed, name, at);
    const length = Math.min(framesPerConversation, frames - at * framesPerConversation);
    const inputs = inputsOf(protocol, length, random);
    const label = `${name.replaceAll(/\W/g, "")}-${at}`;
    const fault = await runPart(label, inputs, tally);
    if (fault === undefined) return undefined;
    return { fault, reduce: () => reduce(fault, inputs, label) };
  });

  async function reduce(fault: string, inputs: readonly Input[], label: string): Promise<string> {
    const shown = kindOf(fault);
    const end = performance.now() + reductionMs;
    let attempt = 0;
    const shows = async (part: readonly Input[]): Promise<boolean> => {
      const again = await runPart(`${label}-${++attempt}`, part, new Tally());
      return again !== undefined && kindOf(again) === shown;
    };
    const least = await shrink(
      inputs,
      shows,
      (runs) => runs < maxReductions && performance.now() < end,
    );
    const shortened = least.length > shownInputs ? [`${least.length} inputs, the last:`] : [];
    return [...shortened, ...least.slice(-shownInputs).map(describeInput)].join("\n    ");
  }
}

function describeInput({ data, binary }: Input): string {
  return binary ? `binary ${data.toString("hex")}` : JSON.stringify(data.toString("utf8"));
}

async function fuzzRequests(protocol: RequestProtocol): Promise<void> {
  const { name, follows } = protocol;
  const endStreams = follows ? await follow(server.base, new Retries(new Tally())) : undefined;
  await fuzz(name, frames, async (at, tally) => {
    const input = requestOf(protocol, derivedRandom(seed, name, at));
    const fault = await runRequest(server.base, input, tally);
    return fault === undefined ? undefined : { fault, reduce: () => describeRequest(input) };
  });
  endStreams?.();
}

interface Finding {
  readonly fault: string;
  /** @returns the smallest input that shows it, in words. */
  readonly reduce: () => string | Promise<string>;
}

/** Runs `count` pieces of work, several at once, and prints the protocol's figures. */
async function fuzz(
  name: string,
  count: number,
  run: (at: number, tally: Tally) => Promise<Finding | undefined>,
): Promise<void> {
  const tally = new Tally();
  const seen = new Set<string>();
  const begun = performance.now();
  server.takeMemory();
  const add = async ({ fault, reduce }: Finding): Promise<void> => {
    if (seen.has(kindOf(fault))) return;
    seen.add(kindOf(fault));
    report(name, fault);
    console.log(`the smallest input that shows "${fault.slice(0, 80)}":\n    ${await reduce()}`);
  };
  const figures = (): string => {
    const seconds = (performance.now() - begun) / 1000;
    return `${name}: ${tally.frames} of ${frames} frames in ${seconds.toFixed(0)} s, ${(tally.frames / seconds).toFixed(0)} a second; ${tally.connections} connections, ${tally.answers} answers, ${tally.refusals} refusals for overload, after which the input was sent again`;
  };
  const progress = setInterval(() => console.log(`${figures()}; ${server.memory}`), progressMs);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count && seen.size < maxFindings) {
      const at = next++;
      const finding = await run(at, tally);
      if (finding) await add(finding);
      for (const line of server.log.faults.splice(0))
        await add({
          fault: `the log says: ${line}`,
          reduce: () => `number ${at}, or one beside it`,
        });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  clearInterval(progress);
  console.log(server.memory);
  const { early, late } = server.takeMemory();
  console.log(
    `${figures()}; memory ${early.toFixed(0)} MB, at the end ${late.toFixed(0)} MB\n  ${tally.summary}`,
  );
  if (late > early * (1 + growth.share) + growth.mb)
    report(name, `memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`);
}

function report(name: string, fault: string): void {
  findings.push(fault);
  console.log(`FINDING in ${name}, seed ${seed}: ${fault}`);
}
