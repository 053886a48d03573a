import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, launchParley, startParley, type Parley } from "../support/parley.ts";

let running: Parley | undefined;

afterEach(async () => {
  await running?.stop("SIGKILL");
  running = undefined;
});

const silent = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => false,
    () => true,
  );

describe("[START1] one line reports readiness and the upstream; a signal stops all processes", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s", async (signal) => {
    running = await startParley();
    expect(running.output()).toMatch(
      new RegExp(
        `parley is ready at http://localhost:${running.port}, talking to the local emulator`,
      ),
    );
    const health = await fetch(`http://127.0.0.1:${running.port}/healthz`);
    expect(await health.json()).toMatchObject({
      ok: true,
      upstream: `127.0.0.1:${running.emulatorPort}`,
    });
    expect(await running.stop(signal)).toBe(0);
    expect(await silent(running.port)).toBe(true);
    expect(await silent(running.emulatorPort)).toBe(true);
  });
});

describe("[START2] a taken port is reported in one sentence, with what to do", () => {
  it.each(["port", "emulatorPort"] as const)("%s", async (which) => {
    const port = await freePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    running = await launchParley({ [which]: port });
    expect(await running.ended()).toBe(1);
    const name = which === "port" ? "PORT" : "EMULATOR_PORT";
    expect(running.output().trim()).toBe(
      `parley: port ${port} is taken: stop what uses it, or choose another with ${name}, as in ${name}=${port + 10} npm start.`,
    );
    squatter.close();
  });
});

describe("[START3] a wrong setting is reported in one sentence", () => {
  it.each([
    [{ settings: { LIVE_API_URL: "nowhere" } }, /LIVE_API_URL must be a URL/],
    [
      { settings: { GEMINI_API_KEY: "k", DEFAULT_AGENT: "nobody" } },
      /DEFAULT_AGENT names an agent/,
    ],
    [{ env: { PORT: "many" } }, /PORT is "many", which is not a port/],
  ])("%j", async (options, words) => {
    running = await launchParley(options);
    expect(await running.ended()).toBe(1);
    expect(running.output().trim().split("\n")).toEqual([expect.stringMatching(words)]);
  });
});
