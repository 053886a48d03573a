/** The client package as users receive it. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Content as GoogleContent } from "@google/genai";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { Content } from "../../scripts/client-package/genai.d.ts";
import { installClient, type PackedClient } from "../support/packed-client.ts";
import { startParley } from "../support/parley.ts";

const root = join(import.meta.dirname, "../..");
let client: PackedClient;
beforeAll(() => void (client = installClient()));
afterAll(() => client.remove());

const runProgram = (source: string): string => {
  writeFileSync(join(client.folder, "program.mjs"), source);
  return execFileSync(process.execPath, ["program.mjs"], { cwd: client.folder, encoding: "utf8" });
};

/** @returns the compiler's output: empty without an error. */
function compile(source: string, resolution: "nodenext" | "bundler"): string {
  writeFileSync(join(client.folder, "program.ts"), source);
  const module = resolution === "bundler" ? "esnext" : "nodenext";
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--types", ""];
  const targets = ["--target", "es2022", "--lib", "es2024,dom,dom.iterable"];
  const resolutions = ["--module", module, "--moduleResolution", resolution];
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, ...options, ...targets, ...resolutions, "--skipLibCheck", "false"];
  return spawnSync(process.execPath, [...args, "program.ts"], {
    cwd: client.folder,
    encoding: "utf8",
  }).stdout;
}

it("[PKG7] the package installs without a network and needs no other package", () => {
  const folder = join(client.folder, "node_modules/@parley/client");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
  expect(manifest).not.toHaveProperty("dependencies");
  expect(
    readdirSync(join(client.folder, "node_modules")).filter((name) => name[0] !== "."),
  ).toEqual(["@parley"]);
  expect(readdirSync(folder).sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
});

it("[PKG7] its declarations compile alone, and have each event's type", () => {
  const program = `import { connect, type CallEvents, type Event } from "@parley/client";
    import { ParleyCall } from "@parley/client/element";
    const call = connect({ url: "https://voice.example.com", getToken: async () => "t" });
    const stop: () => void = call.on("tool", (tool) => tool.kind === "call" && tool.args);
    call.on("event", ({ event }) => event.content?.parts?.[0]?.text?.length);
    const usage = (value: CallEvents["usage"]): number => value.total;
    const element: ParleyCall | null = document.querySelector("parley-call");
    export { stop, usage, element, type Event };`;
  for (const resolution of ["nodenext", "bundler"] as const) {
    expect(compile(program, resolution)).toBe("");
    expect(compile(program.replace('"tool"', '"tools"'), resolution)).toContain('"tools"');
  }
});

it("[PKG7] its own types of an event's content are Google's", () => {
  // Compiles only if Google's are assignable.
  const google: GoogleContent = { role: "model", parts: [{ text: "Hi." }] };
  const own: Content = google;
  expect(own.parts?.[0]?.text).toBe("Hi.");
});

it("[PKG8] a program in Node exchanges text, and is told in words that it has no devices", async () => {
  const parley = await startParley();
  onTestFinished(() => void parley.stop());
  const output = runProgram(`import { connect } from "@parley/client";
    const call = connect({ url: "http://127.0.0.1:${parley.port}", agent: "assistant" });
    let bytes = 0;
    call.on("audio", ({ pcm }) => (bytes += pcm.length));
    call.on("error", ({ message }) => console.log(message));
    await call.microphone.open();
    call.sendText("What time is it in Paris?");
    await new Promise((resolve) => call.on("event", ({ event }) => event.turnComplete && resolve()));
    for (const { side, text } of call.state.captions.list) if (text) console.log(side + ": " + text);
    console.log(bytes > 24_000 ? "voice" : "no voice");
    await call.close();`);
  expect(output).toMatch(/^There is no microphone here: .* by sendText/u);
  expect(output).toMatch(/^user: What time is it in Paris\?$/mu);
  expect(output).toMatch(/^agent: .*Paris/mu);
  expect(output).toMatch(/^voice$/mu);
});
