/** One suite of the official SDK's Node build, on two stages: the service itself (the emulator), and parley. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { scenarios, type ScenarioName } from "./scenarios/scenarios.ts";
import type { ScenarioContext } from "./scenarios/setup.ts";
import { startScenarioServers, type ScenarioServers } from "./scenarios/runner.ts";
import { expectations } from "./scenarios/expectations.ts";

let theatre: ScenarioServers;

beforeAll(async () => {
  theatre = await startScenarioServers();
}, 120_000);
afterAll(() => theatre.close());

async function perform(
  play: ScenarioName,
  stage: ScenarioContext,
  through: boolean,
): Promise<void> {
  const { person } = stage;
  const { listener } = theatre;
  await expectations[play](await scenarios[play](stage), { through, person, listener });
}

const stages = [
  { name: "through parley", through: true, stage: () => theatre.through() },
  { name: "against the emulator", through: false, stage: () => theatre.direct() },
];

// All at once: each is as long as its words are, and the machine is idle meanwhile.
describe.concurrent.each(stages)("the official SDK $name", ({ through, stage }) => {
  const on = (play: ScenarioName) => (): Promise<void> => perform(play, stage(), through);

  it("[CLIENT1] a text turn", on("text"));
  it("[CLIENT2] a spoken turn, whose answer is heard as it is written", on("spoken"));
  it("[CLIENT3] a story, interrupted by voice", on("bargeIn"));
  it("[CLIENT4] functions of its own", on("clientTool"));
  it("[CLIENT5] an ephemeral token", on("token"));
  it("[CLIENT6] a service that hangs up in the middle", on("goAway"));
});

it("[CLIENT7] functions of the server's, beside its own", () =>
  perform("serverTool", theatre.through("/live/dice/ann/functions"), true));
