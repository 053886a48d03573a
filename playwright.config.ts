/** Tests in a real Chromium. Run them with `npm run test:browser`, which finds one. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "test/browser",
  testMatch: "*.test.ts",
  outputDir: "test-results/browser",
  // Audio is real time and the machine may be small: one page at a time.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env["CI"] ? "line" : "list",
  forbidOnly: Boolean(process.env["CI"]),
});
