/** Mutations of runs whose caller has left. */
import type { Mutation } from "./mutation.ts";

export const runs: readonly Mutation[] = [
  {
    rules: ["RUN30"],
    file: "src/core/adk/run-queue.ts",
    find: "place < runLimits.maxWaiting ? deadline :",
    replace: "place >= 0 ? deadline :",
    test: "core test/core/run-queue.test.ts",
  },
  {
    rules: ["RUN30"],
    file: "src/core/adk/run-queue.ts",
    find: "runLimits.maxWaiting + runLimits.maxHeld",
    replace: "runLimits.maxWaiting",
    test: "core test/core/run-queue.test.ts",
  },
  {
    rules: ["RUN30"],
    file: "src/core/adk/run-queue.ts",
    find: "{ waiting: queue.waiting.filter((run) => run.id !== id), active }",
    replace: "{ waiting: queue.waiting, active }",
    test: "core test/core/run-queue.test.ts",
  },
  {
    rules: ["RUN31"],
    file: "src/conversation/run-executor.ts",
    find: "isActive && this.#engine.abortTurn(connection, [...run.calls])",
    replace: "isActive && false",
    test: "worker test/worker/run-calls.test.ts",
  },
  {
    rules: ["RUN31"],
    file: "src/conversation/engine.ts",
    find: '      this.#upstream.apply({ type: "inputAborted" });\n',
    replace: "",
    test: "worker test/worker/run-calls.test.ts",
  },
  {
    rules: ["RUN31"],
    file: "src/conversation/engine.ts",
    find: '      this.#context.advanceTurn({ type: "completed" });\n    }\n    if (sealed',
    replace: "    }\n    if (sealed",
    test: "worker test/worker/run-calls.test.ts",
  },
  {
    rules: ["RUN31"],
    file: "src/conversation/engine.ts",
    find: "const sealed = this.#activeAgent.abortCalls(calls);",
    replace: "const sealed = 0 * calls.length;",
    test: "worker test/worker/run-calls.test.ts",
  },
];
