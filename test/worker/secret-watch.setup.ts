/** Runs before each file of the Worker's suite. */
import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
import {
  takeFindings,
  watchConsole,
  watchDatabase,
  watchFetch,
  watchResponses,
  watchSockets,
} from "./secret-watch.ts";

watchSockets();
watchConsole();
watchResponses();
watchFetch();
watchDatabase(env.CATALOGUE);

afterEach(() => {
  expect(takeFindings(), "[SECRET4] secrets were printed, stored, sent or answered").toEqual([]);
});
