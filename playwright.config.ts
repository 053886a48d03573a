/** Tests in Chromium. Run them with `npm run test:browser`, which finds an installed one. */
import { defineConfig } from "@playwright/test";

const realTime = /(concierge|doors|return|sdk|sound|spoken)\.test\.ts$/;

export default defineConfig({
  testDir: "test/browser",
  testMatch: "*.test.ts",
  outputDir: "test-results/browser",
  workers: 2,
  // Sound needs real time: these pages run one at a time, after all others.
  projects: [
    { name: "silent", testIgnore: realTime, fullyParallel: true },
    { name: "sound", testMatch: realTime, workers: 1, dependencies: ["silent"] },
  ],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env["CI"] ? "line" : "list",
  forbidOnly: Boolean(process.env["CI"]),
});
