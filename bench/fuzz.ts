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
import { runInputs } from "./fuzz/socket-run.ts";
import { stall } from "./fuzz/stalled.ts";
import { Tally } from "./fuzz/tally.ts";

/** Of one conversation: fewer than its rate limit takes at once. */
const framesPerConversation = 100;
/** Conversations, or requests, at once. */
const concurrency = 32;
/** After as many the protocol is left. */
const maxFindings = 5;
/** Memory may grow by this much from the second quarter of a protocol's time to the last: a quarter, and in MB. */
const growth = { share: 0.25, mb: 48 };

const { frames, seed, protocols } = readFuzzOptions(process.argv.slice(2));
const server = await FuzzServer.start();
const findings: string[] = [];
try {
  const endHealthy = await startHealthyConversation(server.base.replace(/^http/, "ws"));
  const endStalled = stall(server.base);
  for (const protocol of socketProtocols)
    if (protocols.includes(protocol.name)) await fuzzSockets(protocol);
  for (const protocol of requestProtocols)
    if (protocols.includes(protocol.name)) await fuzzRequests(protocol);
  console.log(`stalled clients: ${endStalled()}; warnings in the log: ${server.log.warnings}`);
  const { sent, answered, worstMs, faults } = await endHealthy();
  console.log(
    `healthy conversation: ${answered} of ${sent} frames answered in order, the slowest after ${worstMs.toFixed(0)} ms`,
  );
  for (const fault of faults.slice(0, maxFindings))
    report("healthy conversation", fault, undefined);
} finally {
  await server.stop();
}
console.log(findings.length === 0 ? "no finding" : `${findings.length} findings, seed ${seed}`);
process.exit(findings.length === 0 ? 0 : 1);

async function fuzzSockets(protocol: SocketProtocol): Promise<void> {
  const { name } = protocol;
  const count = Math.ceil(frames / framesPerConversation);
  const runPart = (conversation: string, inputs: readonly Input[], tally: Tally) =>
    runInputs(protocol, server.base, conversation, inputs, tally);
  await fuzz(name, count, async (at, tally) => {
    const random = derivedRandom(seed, name, at);
    const inputs = inputsOf(protocol, framesPerConversation, random);
    const label = `${name.replaceAll(/\W/g, "")}-${at}`;
    const fault = await runPart(label, inputs, tally);
    if (fault === undefined) return undefined;
    const shown = kindOf(fault);
    let attempt = 0;
    const least = await shrink(inputs, async (part) => {
      const again = await runPart(`${label}-${++attempt}`, part, new Tally());
      return again !== undefined && kindOf(again) === shown;
    });
    return { fault, input: () => least.map(describeInput).join("\n    ") };
  });
}

function describeInput({ data, binary }: Input): string {
  return binary ? `binary ${data.toString("hex")}` : JSON.stringify(data.toString("utf8"));
}

async function fuzzRequests(protocol: RequestProtocol): Promise<void> {
  const { name, follows } = protocol;
  const endStreams = follows ? await follow(server.base) : undefined;
  await fuzz(name, frames, async (at, tally) => {
    const input = requestOf(protocol, derivedRandom(seed, name, at));
    const fault = await runRequest(server.base, input, tally);
    return fault === undefined ? undefined : { fault, input: () => describeRequest(input) };
  });
  endStreams?.();
}

interface Finding {
  readonly fault: string;
  /** The smallest that shows it. */
  readonly input: () => string;
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
  const add = (finding: Finding): void => {
    if (seen.has(kindOf(finding.fault))) return;
    seen.add(kindOf(finding.fault));
    report(name, finding.fault, finding.input());
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count && seen.size < maxFindings) {
      const at = next++;
      const finding = await run(at, tally);
      if (finding) add(finding);
      for (const line of server.log.faults.splice(0))
        add({ fault: `the log says: ${line}`, input: () => `number ${at}, or one beside it` });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const { early, late } = server.takeMemory();
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${name}: ${tally.frames} frames, ${tally.connections} connections, ${tally.answers} answers in ${seconds.toFixed(0)} s; memory ${early.toFixed(0)} MB, at the end ${late.toFixed(0)} MB\n  ${tally.summary}`,
  );
  if (late > early * (1 + growth.share) + growth.mb)
    report(name, `memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`, undefined);
}

/** Faults that differ in numbers and quoted words alone are one. */
function kindOf(fault: string): string {
  return fault.replaceAll(/\d+|"[^"]*"/g, "#").slice(0, 80);
}

function report(name: string, fault: string, input: string | undefined): void {
  findings.push(fault);
  console.log(`FINDING in ${name}, seed ${seed}: ${fault}${input ? `\n    ${input}` : ""}`);
}
