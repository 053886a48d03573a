/** The boundaries in .oxlintrc.json are real: the linter finds an import that crosses one, and lets the others pass. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** A file, the imports it may not have, and some it may. */
const planted: readonly [file: string, forbidden: string[], allowed: string[]][] = [
  ["src/wire/x.ts", ["zod", "../core/errors.ts"], ["./pcm.ts"]],
  ["src/core/x.ts", ["../store/kv.ts", "../config.ts"], ["../wire/pcm.ts", "./adk/event.ts"]],
  ["src/core/adk/x.ts", ["../../store/kv.ts"], ["../../wire/pcm.ts", "../errors.ts"]],
  ["src/agent/x.ts", ["../conversation/engine.ts", "../config.ts"], ["../core/adk/event.ts"]],
  ["src/mcp/x.ts", ["../store/kv.ts"], ["../agent/tool.ts", "../../package.json"]],
  ["src/agents/x.ts", ["../core/errors.ts"], ["../agent/tool.ts", "./dice.ts"]],
  ["src/agents/shop/x.ts", ["../../store/kv.ts"], ["../../agent/tool.ts", "../dice.ts"]],
  ["src/agents/shop/draw/x.ts", ["../../../store/kv.ts"], ["../../../agent/tool.ts"]],
  ["src/access/x.ts", ["../store/kv.ts", "../config.ts"], ["../core/errors.ts", "hono/jwt"]],
  ["src/store/x.ts", ["../access/token.ts"], ["../wire/adk.ts"]],
  ["src/upstream/x.ts", ["../store/kv.ts"], ["../core/upstream/fsm.ts"]],
  ["src/protocols/x.ts", ["../conversation/engine.ts", "../store/kv.ts"], ["./sse/codec.ts"]],
  [
    "src/protocols/sse/x.ts",
    ["../phone/codec.ts", "../../conversation/engine.ts", "../../agents/dice.ts"],
    ["../protocol.ts", "../../access/token.ts", "../../agents/index.ts", "../../config.ts"],
  ],
  [
    "src/conversation/x.ts",
    ["../index.ts", "../page/app.ts"],
    ["../protocols/sse/codec.ts", "../store/kv.ts", "../upstream/endpoint.ts"],
  ],
  [
    "src/page/x.ts",
    ["../core/errors.ts", "../../packages/client/src/camera.ts"],
    ["../wire/pcm.ts", "./view/orb.ts", "../../packages/client/src/index.ts"],
  ],
  [
    "src/page/view/x.ts",
    ["../../core/errors.ts", "../../../packages/client/src/state/captions.ts"],
    ["../../wire/pcm.ts", "../app.ts", "../../../packages/client/src/index.ts"],
  ],
  [
    "packages/client/src/x.ts",
    ["../../../src/core/errors.ts", "../../../src/page/app.ts"],
    ["../../../src/wire/pcm.ts", "./audio/player.ts"],
  ],
  [
    "packages/client/src/state/x.ts",
    ["../../../../src/page/app.ts", "../camera.ts"],
    ["../connection/ack-sender.ts", "../../../../src/wire/pcm.ts"],
  ],
  ["src/emulator/core/x.ts", ["../../wire/pcm.ts", "../node/clock.ts"], ["./ports.ts"]],
  [
    "src/emulator/core/brain/x.ts",
    ["../../../wire/pcm.ts", "../../node/clock.ts"],
    ["../ports.ts"],
  ],
  ["src/emulator/node/ears/x.ts", ["../../../wire/pcm.ts"], ["../../core/ports.ts"]],
];

const folder = mkdtempSync(join(tmpdir(), "parley-boundaries-"));
/** `file specifier` of every import that the linter refused. */
const refused = new Set<string>();

beforeAll(async () => {
  cpSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  for (const [file, forbidden, allowed] of planted) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    const lines = [...forbidden, ...allowed].map((from, n) => `import { a${n} } from "${from}";`);
    writeFileSync(join(folder, file), lines.join("\n"));
  }
  const oxlint = join(root, "node_modules/oxlint/bin/oxlint");
  const output = await new Promise<string>((done) =>
    // It exits with 1: it has found something.
    execFile(process.execPath, [oxlint, "--format=json"], { cwd: folder }, (_, text) => done(text)),
  );
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { code?: string; filename: string; message: string }[];
  };
  for (const { code, filename, message } of diagnostics)
    if (code?.includes("no-restricted-imports"))
      refused.add(`${filename} ${/'([^']+)'/.exec(message)?.[1]}`);
});

afterAll(() => rmSync(folder, { recursive: true }));

it.each(planted)("[PKG2] the linter guards the boundary of %s", (file, forbidden, allowed) => {
  expect([...forbidden, ...allowed].filter((from) => refused.has(`${file} ${from}`))).toEqual(
    forbidden,
  );
});
