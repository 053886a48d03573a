/** The config of `npm run test:clients`: third-party clients have their own packages and are not part of `npm test`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
