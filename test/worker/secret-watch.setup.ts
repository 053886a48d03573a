/** Runs before each file of the Worker's suite. */
import { afterEach, expect } from "vitest";
import { takeFindings, watchConsole, watchSockets } from "./secret-watch.ts";

watchSockets();
watchConsole();

afterEach(() => {
  expect(takeFindings(), "[SECRET4] secrets were printed, stored or sent").toEqual([]);
});
