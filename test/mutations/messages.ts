/** One message of a client that would cost what many do. */
import type { Mutation } from "./mutation.ts";

const codec = "src/protocols/live-api/codec.ts";
const parts = "worker test/worker/message-parts.test.ts";

/** The parts of a message. */
const counts: readonly Mutation[] = [
  ...[
    'if (turns.length > maxTurns) return tooMany(maxTurns, "turns");',
    'if (mediaIn(contents).length > maxParts) return tooMany(maxParts, "pictures and files");',
    'if (list.length > maxParts) return tooMany(maxParts, "media chunks");',
    'if (all.length > maxParts) return tooMany(maxParts, "function responses");',
  ].map((find) => ({ rules: ["LIMIT43"], file: codec, find, replace: "", test: parts })),
  {
    rules: ["LIMIT43"],
    file: "src/protocols/adk-server/live-codec.ts",
    find: "listOf(partSchema(), maxParts)",
    replace: "listOf(partSchema())",
    test: parts,
  },
  {
    rules: ["LIMIT43"],
    file: "src/protocols/adk-server/run-route.ts",
    find: "listOf(partSchema(), limits.messageParts.value)",
    replace: "listOf(partSchema())",
    test: parts,
  },
  {
    rules: ["LIMIT28"],
    file: "src/core/policy/limits.ts",
    find: "turns / 100",
    replace: "turns / 1_000",
    test: parts,
  },
  {
    rules: ["LIVE40"],
    file: "src/conversation/uplink.ts",
    find: "    if (input.pcm.byteLength === 0) return;\n",
    replace: "",
    test: parts,
  },
  {
    rules: ["LIVE40"],
    file: codec,
    find: "return joinAudio(requests);",
    replace: "return requests;",
    test: "core test/core/live-api-codec.test.ts",
  },
  {
    rules: ["LIMIT28"],
    file: "src/core/request-text.ts",
    find: "  if (!fileData) return",
    replace: "  if (fileData || !fileData) return",
    test: "worker test/worker/content-limits.test.ts",
  },
  {
    rules: ["LIMIT22"],
    file: "src/conversation/requests.ts",
    find: "    if (count > most) allowance.charge(count - most, now);\n",
    replace: "",
    test: "worker test/worker/limits.test.ts",
  },
];

/** What a client reports and marks again and again. */
const repeated: readonly Mutation[] = [
  {
    rules: ["LIMIT10"],
    file: "src/conversation/requests.ts",
    find: "if (this.takeTurns(connection, 1)) this.#engine",
    replace: "this.#engine",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["LIMIT10"],
    file: "src/store/event-log.ts",
    find: "this.#longRunningCalls ??= new",
    replace: "this.#longRunningCalls = new",
    test: "worker test/worker/open-calls.test.ts",
  },
  ...[
    ["response: toToolResponse(received.response)", "response: received.response"],
    ['return name === "" || name === call.name', "return name"],
  ].map(([find = "", replace = ""]) => ({
    rules: ["CALL18"],
    file: "src/conversation/engine.ts",
    find,
    replace,
    test: "worker test/worker/open-calls.test.ts",
  })),
  {
    rules: ["CALL18"],
    file: "src/store/event-log.ts",
    find: "    this.#longRunningCalls?.follow(event);\n",
    replace: "",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["LIMIT38"],
    file: "src/conversation/client-tools.ts",
    find: "response.willContinue ? this.#progressError(connection, response) : undefined",
    replace: "undefined as ClientError | undefined",
    test: "worker test/worker/live-tools.test.ts",
  },
  ...[
    ["isPaid ? 0 : ", "isPaid || !isPaid ? 0 : "],
    ["const isPaid = !isStart && connection.hasOpenActivity;", "const isPaid = false;"],
    ["const isPaid = !isStart && connection.hasOpenActivity;", "const isPaid = !isStart;"],
    ["isStart ? 2 : 1", "1"],
  ].map(([find = "", replace = ""]) => ({
    rules: ["LIMIT38"],
    file: "src/conversation/requests.ts",
    find,
    replace,
    test: "worker test/worker/mark-limits.test.ts",
  })),
  {
    rules: ["LIMIT12"],
    file: "src/conversation/guardrail.ts",
    find: `    if (this.#pendingTexts >= maxPendingTexts) return { type: "refused", error: tooManyPending() };
    const outcome = callHook();
`,
    replace: `    const outcome = callHook();
    if (this.#pendingTexts >= maxPendingTexts) return { type: "refused", error: tooManyPending() };
`,
    test: "worker test/worker/limits.test.ts",
  },
  {
    rules: ["LINK3"],
    file: "src/core/upstream/pending-queue.ts",
    find: " || count > maxPendingMessages",
    replace: "",
    test: "core test/core/pending-queue.test.ts",
  },
  {
    rules: ["LINK3"],
    file: "src/core/upstream/encoding.ts",
    find: "const markBytes = 100;",
    replace: "const markBytes = 0;",
    test: "core test/core/pending-queue.test.ts",
  },
  {
    rules: ["LINK26"],
    file: "src/core/upstream/utterance-buffer.ts",
    find: "    if (this.#marks.length <= maxMarks || !second) return;",
    replace: "    if (this.#marks.length > 0 || !second) return;",
    test: "core test/core/utterance-buffer.test.ts",
  },
];

export const messages: readonly Mutation[] = [...counts, ...repeated];
