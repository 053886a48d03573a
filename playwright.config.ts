/** Tests in Chromium. Run them with `npm run test:browser`, which finds an installed one. */
import { defineConfig } from "@playwright/test";

/** Suites that play audio in real time. */
const realTime =
  /(concierge|iframe|network|other-clients|own-page|resume|sdk|sound|spoken|tag|vite-app|voice)\.test\.ts$/;

export default defineConfig({
  testDir: "test/browser",
  testMatch: "*.test.ts",
  outputDir: "test-results/browser",
  workers: 2,
  // A busy machine drops audio: the real-time suites run one at a time, after the others.
  projects: [
    { name: "page", testIgnore: realTime, fullyParallel: true },
    { name: "real-time", testMatch: realTime, workers: 1, dependencies: ["page"] },
  ],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env["CI"] ? "line" : "list",
  forbidOnly: Boolean(process.env["CI"]),
});
