import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { traceFunctions } from "./test/support/trace-functions.ts";

// The quick suites share modules between files (`isolate: false`): loading them again takes longer than the tests.

/** A busy machine takes seconds for what usually takes milliseconds: the limits only end what hangs. */
const patient = { testTimeout: 20_000, hookTimeout: 20_000, expect: { poll: { timeout: 15_000 } } };

/** Speech needs real time and much CPU: these suites run two files at a time, after the quick ones. */
const spoken = { ...patient, maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 };

/** Runs the longest file of its group first: last, it would run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification): number =>
      2 * project.config.sequence.groupOrder + (moduleId.endsWith("/leak.test.ts") ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Runs tests inside workerd. */
const worker = cloudflareTest({
  main: "./test/worker/main.ts",
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: {
    bindings: {
      ALLOW_ANONYMOUS: "1",
      // Tests of a file share one process.
      LIMIT_CONNECTS: "100000",
      LIVE_API_URL: "http://emulator.test",
      PUBLIC_URL: "https://voice.example.com",
      TWILIO_AUTH_TOKEN: "0123456789abcdef0123456789abcdef",
      TELNYX_PUBLIC_KEY: "9hx674mqPZIZHAo+PqjzHh1BpVUCdYvqMOObpYypwzI=",
      PLIVO_AUTH_TOKEN: "0123456789abcdef0123456789abcdef",
      MIGRATIONS: await readD1Migrations("./migrations"),
    },
  },
});

/** It counts calls of functions, which only instrumented files do. */
const framePathTest = "test/worker/frame-path.test.ts";

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: "core", include: ["test/core/**/*.test.ts"], isolate: false, ...patient } },
      {
        test: {
          name: "emulator",
          include: ["test/emulator/**/*.test.ts"],
          isolate: false,
          ...patient,
        },
      },
      {
        plugins: [worker],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          exclude: [framePathTest],
          setupFiles: ["test/worker/secret-watch.setup.ts"],
          isolate: false,
          ...patient,
        },
      },
      {
        plugins: [worker, traceFunctions(import.meta.dirname)],
        test: { name: "frame-path", include: [framePathTest] },
      },
      {
        test: {
          name: "speech",
          include: ["test/speech/**/*.test.ts"],
          ...spoken,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "sdk",
          include: ["test/sdk/**/*.test.ts"],
          ...spoken,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          ...spoken,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "pack",
          include: ["test/pack/**/*.test.ts"],
          ...spoken,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "engines",
          include: ["test/engines/**/*.test.ts"],
          ...spoken,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
