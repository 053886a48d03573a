import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { notices } from "../../scripts/pack/notices.ts";
import { session, soundOf, speakRecording } from "../speech/live.ts";
import type { ServerFrame } from "../speech/live.ts";
import { openRecognizer } from "../support/recognizer.ts";
import { clipSamples } from "../support/wavs.ts";
import { wordErrorRate } from "../support/wer.ts";
import type { EmulatorOptions } from "../../scripts/pack/index.d.ts";
import type { startEmulator } from "../../src/emulator/node/start.ts";
import { installPacked } from "./install.ts";
import type { Installed } from "./install.ts";

const root = join(import.meta.dirname, "../..");
let installed: Installed;
beforeAll(() => void (installed = installPacked()));
afterAll(() => installed.remove());

const text = (frames: readonly ServerFrame[], side: "inputTranscription" | "outputTranscription") =>
  frames.map((frame) => frame.serverContent?.[side]?.text ?? "").join("");

describe("the package", () => {
  it("[PACK1] installs without a network, and runs without one", () => {
    expect(installed.packages).toEqual(["parley"]);
    expect(JSON.parse(installed.read("package.json"))).not.toHaveProperty("dependencies");
    expect(JSON.parse(installed.read("package.json"))).not.toHaveProperty("scripts");
  });

  it("[PACK9] leaves the repository's package.json as it was", () => {
    expect(installed.manifestBefore).toContain('"dependencies"');
    expect(readFileSync(join(root, "package.json"), "utf8")).toBe(installed.manifestBefore);
  });

  it("[PACK2] recognizes a question on the system's Node and answers it in speech", async () => {
    const client = await session(await installed.start(), "local", { patience: 120_000 });
    const speaking = speakRecording(client, clipSamples("espeak-count.wav"));
    await client.next((frame) => frame.serverContent?.turnComplete === true);
    speaking.stop();
    await client.close();
    expect(wordErrorRate("Count to five.", text(client.messages, "inputTranscription"))).toBe(0);
    const outputTranscript = text(client.messages, "outputTranscription");
    expect(outputTranscript).toMatch(/three/iu);
    const listener = await openRecognizer();
    const recognized = await listener.transcribe(soundOf(client.messages), 24_000);
    await listener.close();
    expect(wordErrorRate(outputTranscript, recognized), recognized).toBeLessThanOrEqual(0.25);
  });

  it("[PACK5] serves TLS by option", async () => {
    expect(await installed.start("--tls")).toMatch(/^wss:/u);
  });

  it("[PACK3] explains its command", () => {
    expect(installed.run("--help")).toMatch(/parley-emulator \[options\][^]*--port N/u);
  });

  it("[PACK7] exports what starts the emulator in a process of one's own, with types", () => {
    const program = `import { readScenario, startEmulator } from "parley";
      const scenario = readScenario({ lines: [{ steps: [{ say: "Hi." }] }] });
      const emulator = await startEmulator({ seed: 1, scenario });
      const response = await fetch(emulator.url + "/_emulator/health");
      console.log(JSON.stringify(await response.json()));
      await emulator.close();`;
    expect(installed.runProgram(program)).toBe('{"status":"ok"}\n');
    expect(installed.typeErrorsIn(program)).toBe("");
    expect(installed.typeErrorsIn(program.replace("seed: 1", "seeds: 1"))).toContain("seeds");
    // The declaration is by hand: it must have each option.
    type Options = NonNullable<Parameters<typeof startEmulator>[0]>;
    const missing: Exclude<keyof Options, keyof EmulatorOptions>[] = [];
    const invented: Exclude<keyof EmulatorOptions, keyof Options>[] = [];
    expect([...missing, ...invented]).toEqual([]);
  });

  it("[PACK4] contains the licence of every bundled component", () => {
    const notices = installed.read("dist/emulator/NOTICES.txt");
    for (const holder of [
      "Useful Sensors",
      "Silero Team",
      "Microsoft Corporation",
      "Carnegie Mellon University",
      "Einar Otto Stangvik",
    ])
      expect(notices).toContain(holder);
    expect(installed.read("LICENSE")).toContain("MIT License");
  });

  it("[PACK4] packing fails when a component has no licence", async () => {
    const folder = join(installed.folder, "node_modules/nameless");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{"name":"nameless"}');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await expect(notices([join(folder, "index.js")])).rejects.toThrow(
      "nameless brings no licence text",
    );
  });
});
