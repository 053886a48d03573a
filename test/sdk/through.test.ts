/** The official SDK's Node build against the service itself (the emulator) and through parley. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { scenarios, type ScenarioName } from "./scenarios/scenarios.ts";
import type { ScenarioContext } from "./scenarios/setup.ts";
import { startScenarioServers, type ScenarioServers } from "./scenarios/runner.ts";
import { expectations } from "./scenarios/expectations.ts";

let servers: ScenarioServers;

beforeAll(async () => {
  servers = await startScenarioServers();
}, 120_000);
afterAll(() => servers.close());

async function perform(
  scenario: ScenarioName,
  context: ScenarioContext,
  through: boolean,
): Promise<void> {
  const { person } = context;
  const { listener } = servers;
  await expectations[scenario](await scenarios[scenario](context), { through, person, listener });
}

const targets = [
  { name: "through parley", through: true, createContext: () => servers.through() },
  { name: "against the emulator", through: false, createContext: () => servers.direct() },
];

// Concurrent: each scenario lasts as long as its speech and leaves the machine idle meanwhile.
describe.concurrent.each(targets)("the official SDK $name", ({ through, createContext }) => {
  const on = (scenario: ScenarioName) => (): Promise<void> =>
    perform(scenario, createContext(), through);

  it("[CLIENT1] a text turn", on("text"));
  it("[CLIENT2] a spoken turn whose audio matches its transcript", on("spoken"));
  it("[CLIENT3] a story, interrupted by voice", on("bargeIn"));
  it("[CLIENT4] client functions", on("clientTool"));
  it("[CLIENT5] an ephemeral token", on("token"));
  it("[CLIENT14] a context update", on("contextUpdate"));
  it("[CLIENT6] a service that closes during the conversation", on("goAway"));
});

it("[CLIENT7] server functions beside client functions", () =>
  perform("serverTool", servers.through("/live/dice/ann/functions"), true));
