/** Tests in a real Chromium. Run them with `npm run test:browser`, which finds one. */
import { defineConfig } from "@playwright/test";

const heard = /(concierge|doors|return|sdk|sound|spoken)\.test\.ts$/;

export default defineConfig({
  testDir: "test/browser",
  testMatch: "*.test.ts",
  outputDir: "test-results/browser",
  workers: 2,
  // What is heard is real time and the machine may be small: such pages have it to themselves, when the others are done.
  projects: [
    { name: "seen", testIgnore: heard, fullyParallel: true },
    { name: "heard", testMatch: heard, workers: 1, dependencies: ["seen"] },
  ],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env["CI"] ? "line" : "list",
  forbidOnly: Boolean(process.env["CI"]),
});
