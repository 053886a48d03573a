/** Clients in other languages, as published: each through parley with a spoken turn, a function and a resumption. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScenarioServers, type ScenarioServers } from "../sdk/scenarios/runner.ts";
import { wordErrorRate } from "../support/wer.ts";
import { openFront, type Front } from "./support/front.ts";
import { missing, programs } from "./support/languages.ts";
import { runAdkDirect, runProgram, type Report, type Transcribed } from "./support/program.ts";

let servers: ScenarioServers;
let relay: Front;
let emulator: Front;

beforeAll(async () => {
  servers = await startScenarioServers();
  relay = await openFront(portOf(servers.through().url));
  emulator = await openFront(portOf(servers.direct().url));
});
afterAll(async () => {
  relay.close();
  emulator.close();
  await servers.close();
});

const portOf = (url: string): number => Number(new URL(url).port);

describe.each(Object.entries(programs))("%s", (_, program) => {
  const lack = missing(program);
  const title = `${program.name}${lack === undefined ? "" : ` (skipped: ${lack})`}`;

  it.skipIf(lack !== undefined)(
    `[CLIENT11] ${title} completes a spoken turn, calls its function and resumes through parley`,
    async () => {
      await expectScenario(
        await runProgram(program, { front: relay, apiKey: servers.through().apiKey }),
      );
    },
    100_000,
  );
});

it.skipIf(missing(programs.adk) !== undefined)(
  `[CLIENT12] ${programs.adk.name} gets answers from the emulator itself: to a history, for each yield, after a transfer`,
  async () => {
    const { history, stream, transfer } = await runAdkDirect(programs.adk, {
      front: emulator,
      apiKey: "local",
    });
    expect(history).toEqual(["plain: Two plus two is four."]);
    for (const price of [300, 400, 500])
      expect(stream?.join(" ")).toContain(`ACME is at ${price}.`);
    expect(transfer).toEqual(["primes: 7 is prime."]);
  },
  100_000,
);

async function expectScenario({ turns, calls }: Report): Promise<void> {
  await expectSpoken(turns["who"]);
  expect(turns["who"]?.outputTranscript).toMatch(/emulator/i);
  // The recogniser may mishear a name: the client must get the one that was heard.
  expect(calls).toEqual([{ name: "get_time", args: { city: expect.any(String) } }]);
  expect(turns["paris"]?.outputTranscript).toContain(`tea time in ${calls[0]?.args.city}`);
  const name = /you, (\w+)/.exec(turns["myName"]?.outputTranscript ?? "")?.[1];
  expect(turns["whichName"]?.outputTranscript).toContain(`name is ${name}`);
}

/** Its audio is that of its transcript. */
async function expectSpoken(turn: Transcribed | undefined): Promise<void> {
  if (turn === undefined) throw new Error("the client reported no turn");
  expect(wordErrorRate("Who are you?", turn.inputTranscript)).toBe(0);
  const recognized = await servers.listener.transcribe(turn.audio, 24_000);
  expect(wordErrorRate(turn.outputTranscript, recognized)).toBeLessThanOrEqual(0.25);
}
