import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Case } from "../../scripts/probe/case.ts";
import { refusals, turns } from "../../scripts/probe/cases.ts";
import { estimate, listPrices } from "../../scripts/probe/cost.ts";
import { probe } from "../../scripts/probe/probe.ts";
import { unknowns } from "../../scripts/probe/unknowns.ts";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { findCanary, makeCanary } from "../support/canary.ts";

let emulator: EmulatorHandle;
beforeAll(async () => void (emulator = await startEmulator({ seed: 1 })));
afterAll(() => emulator.close());

const key = makeCanary("AIza");
const typed = turns.find(({ name }) => name === "typed-turn")!;
const short = [...refusals, ...turns, ...unknowns].filter((it) => it.long !== true);

interface ProbeSettings {
  readonly model?: string;
  readonly budget?: number;
  readonly base?: string;
}

async function runProbe(cases: readonly Case[], settings: ProbeSettings = {}) {
  const { model = "gemini-3.8-live", budget = Infinity, base = emulator.url } = settings;
  const lines: string[] = [];
  const outcome = await probe({
    target: { base, key, model },
    cases,
    prices: listPrices,
    budget,
    concurrency: 6,
    print: (line) => lines.push(line),
  });
  return { ...outcome, text: lines.join("\n") };
}

describe("the probe", () => {
  it(
    "[PROBE1] agrees with the emulator in every case, and never shows the key",
    { timeout: 120_000 },
    async () => {
      const { agreed, differed, text } = await runProbe(short);
      expect(differed, text).toEqual([]);
      expect(agreed).toBe(short.length);
      expect(findCanary(key, text)).toEqual([]);
    },
  );

  it.each([
    "gemini-3.1-flash-live-preview",
    "gemini-3.8-live-extended-thinking",
    "gemini-2.5-flash-native-audio-latest",
  ])("[PROBE1] refuses as the profile of %s does", async (model) => {
    const { differed, text } = await runProbe(refusals, { model });
    expect(differed, text).toEqual([]);
  });

  it("[PROBE2] reports missing, unexpected and observed events", async () => {
    const wrong = {
      ...typed,
      expects: { default: { includes: ["audio", "goAway"], excludes: ["turnComplete"] } },
    };
    const { differed, text } = await runProbe([wrong]);
    expect(differed).toEqual(["typed-turn"]);
    expect(text).toContain('"goAway" did not come after "audio"');
    expect(text).toContain('"turnComplete" came, and should not');
    expect(text).toMatch(/seen: setupComplete → .*audio → .*turnComplete/u);
  });

  it("[PROBE1] redacts the key in the service's messages", async () => {
    const echo = createServer(({ headers }, response) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ error: { message: `bad key ${String(headers["x-goog-api-key"])}` } }),
      );
    }).listen(0, "127.0.0.1");
    await once(echo, "listening");
    onTestFinished(() => void echo.close());
    const base = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    const { text } = await runProbe(
      [{ ...typed, steps: [{ createToken: {}, version: "v1beta" }] }],
      { base },
    );
    expect(text).toContain("bad key «key»");
    expect(findCanary(key, text)).toEqual([]);
  });

  it("[PROBE3] shows the cost, and sends nothing without --yes", async () => {
    const output = await command({ GEMINI_API_KEY: key }, "--against", "https://nowhere.invalid");
    expect(output.code).toBe(2);
    expect(output.text).toMatch(/cases, at most \$\d+\.\d\d/u);
    expect(output.text).toContain("Nothing was sent. Add --yes to run the cases.");
    expect(findCanary(key, output.text)).toEqual([]);
    const keyless = await command({ GEMINI_API_KEY: "" });
    expect(keyless).toEqual({ code: 2, text: "There is no key: set GEMINI_API_KEY.\n" });
  });

  it("[PROBE5] reports a resumed session that has forgotten", async () => {
    const memory = unknowns.find(({ name }) => name === "memory-after-resume")!;
    expect((await runProbe([memory])).differed).toEqual([]);
    const forgetful = { ...memory, canary: "montague" };
    const { text } = await runProbe([forgetful]);
    expect(text).toContain('"canary" did not come after "setupComplete"');
  }, 60_000);

  it("[PROBE4] starts no case that exceeds its budget", async () => {
    const { agreed, skipped, text } = await runProbe([typed, typed], {
      budget: estimate(typed, listPrices),
    });
    expect({ agreed, skipped }).toEqual({ agreed: 1, skipped: ["typed-turn"] });
    expect(text).toContain("1 skipped");
  });

  it("[PROBE4] stops a case that sends more than planned", async () => {
    const { differed, text } = await runProbe([{ ...typed, seconds: { sent: 0, received: 0.2 } }]);
    expect(differed).toEqual(["typed-turn"]);
    expect(text).toContain("cut off by the probe");
  });
});

async function command(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ["scripts/probe.ts", ...args], {
    env: { ...process.env, ...env },
  });
  let text = "";
  child.stdout.on("data", (data) => (text += String(data)));
  child.stderr.on("data", (data) => (text += String(data)));
  const [code] = await once(child, "close");
  return { code: Number(code), text };
}
