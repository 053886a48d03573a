/** Mutations of bodies, and of the sessions that are made of them. */
import type { Mutation } from "./mutation.ts";
import { stored } from "./stored.ts";

/** A body is read before its sender is asked for, or without a bound. */
const bodies: readonly Mutation[] = [
  {
    rules: ["HTTP1"],
    file: "src/protocols/adk-server/run-route.ts",
    find: "  if (refusal) return errorResponse(context, refusal);\n",
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/phone/calls-route.ts",
    find: "  if (refusal) return refusal;\n",
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/adk-server/sessions-route.ts",
    find: "  if (isClientError(admission)) return errorResponse(context, admission, app);\n",
    replace:
      "  await bodyOf(context);\n  if (isClientError(admission)) return errorResponse(context, admission, app);\n",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/adk-server/artifacts-route.ts",
    find: "  if (isClientError(admission)) return errorResponse(context, admission, app);\n",
    replace:
      "  await bodyOf(context);\n  if (isClientError(admission)) return errorResponse(context, admission, app);\n",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/sse/route.ts",
    find: '"sendMessage");\n  if (isClientError(admission))',
    replace:
      '"sendMessage");\n  if (isClientError(await readBody(req.raw.clone(), maxFrameBytes)) || isClientError(admission))',
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/live-api/auth-tokens-route.ts",
    find: "  if (isClientError(admitted)) return refusalOf(admitted);\n",
    replace:
      "  if (isClientError(admitted)) {\n    await readBody(req.raw, maxBodyBytes);\n    return refusalOf(admitted);\n  }\n",
    test: "worker test/worker/bodies.test.ts",
  },
  ...[
    { file: "adk-server/http.ts", read: "readBody(context.req.raw, limits.bodyBytes.value)" },
    { file: "sse/route.ts", read: "readBody(req.raw, maxFrameBytes)" },
    { file: "live-api/auth-tokens-route.ts", read: "readBody(request, maxBodyBytes)" },
    { file: "phone/route.ts", read: "readBody(context.req.raw, maxBodyBytes)" },
  ].map(({ file, read }) => ({
    rules: ["HTTP1"],
    file: `src/protocols/${file}`,
    find: read,
    replace: read.replace(/, .*/, ", 64 * 1024 * 1024)"),
    test: "worker test/worker/bodies.test.ts",
  })),
  {
    rules: ["HTTP1"],
    file: "src/protocols/phone/calls-route.ts",
    find: "const text = await readBody(req.raw, maxBodyBytes)",
    replace: "const text = await readBody(req.raw, 1024 * maxBodyBytes)",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/phone/calls-route.ts",
    find: "const body = await readBody(req.raw, maxBodyBytes)",
    replace: "const body = await readBody(req.raw, 1024 * maxBodyBytes)",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/request-body.ts",
    find: "bytes += value.byteLength;",
    replace: "bytes = text.length;",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/request-body.ts",
    find: '  if (Number(headers.get("content-length") ?? 0) > maxBytes) return tooBig(maxBytes);\n',
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/request-body.ts",
    find: '  if (encoding !== "identity") return compressed();\n',
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/request-body.ts",
    find: "isLate ? tooSlow() : text",
    replace: "text",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP1"],
    file: "src/protocols/request-body.ts",
    find: '    if (typeof text !== "string") cancel();\n',
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP2"],
    file: "src/protocols/adk-server/http.ts",
    find: "{ highWaterMark: 0 }",
    replace: "{ highWaterMark: 1_000 }",
    test: "worker test/worker/bodies.test.ts",
  },
  ...[
    ["maxPageCharacters", '"seq" | "json">>'],
    ["maxPageCharacters", "ExportedRow"],
    ["maxPageCharacters", '"json"> &'],
    ["maxNewestCharacters", '"json">>(\n        "SELECT'],
    ["maxNewestCharacters", '"json">>(\n        `SELECT'],
  ].map(([bound = "", read = ""]) => {
    const rows = read === "ExportedRow" ? read : `Pick<StoredEvent, ${read}`;
    return {
      rules: ["HTTP2"],
      file: "src/store/event-log.ts",
      find: `${bound},\n      this.#each<${rows}`,
      replace: `Infinity,\n      this.#each<${rows}`,
      test: "worker test/worker/bodies.test.ts",
    };
  }),
  {
    rules: ["HTTP2"],
    file: "src/protocols/adk-server/artifacts-route.ts",
    find: "bytes.byteLength - (bytes.byteLength % 3)",
    replace: "bytes.byteLength",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP2"],
    file: "src/store/event-log.ts",
    find: "ORDER BY seq DESC LIMIT ?`,",
    replace: "ORDER BY seq LIMIT ?`,",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP2"],
    file: "src/store/event-log.ts",
    find: "      if (size >= characters) break;\n",
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP2"],
    file: "src/conversation/broadcaster.ts",
    find: "      if (rows.length === 0) break;\n      read += rows.length;\n",
    replace:
      "      read += rows.length;\n      if (rows.length < maxEvents && read > rows.length) break;\n",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["HTTP2"],
    file: "src/protocols/adk-server/dev-route.ts",
    find: " || ++pages >= maxTracedPages",
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["LIMIT27"],
    file: "src/protocols/adk-server/artifacts-route.ts",
    find: "    await charge(chunk.byteLength);\n",
    replace: "",
    test: "worker test/worker/history-limits.test.ts",
  },
  {
    rules: ["LIMIT27"],
    file: "src/conversation/conversation.ts",
    find: "    if (description) this.chargeReading(reader, JSON.stringify(description).length);\n",
    replace: "",
    test: "worker test/worker/history-limits.test.ts",
  },
  {
    rules: ["LIMIT27"],
    file: "src/protocols/adk-server/artifacts-route.ts",
    find: "  await conversation.chargeReading(reader, json.length);\n",
    replace: "",
    test: "worker test/worker/history-limits.test.ts",
  },
  {
    rules: ["LIMIT27"],
    file: "src/directory.ts",
    find: "Math.max(1, page.sessions.length)",
    replace: "page.sessions.length",
    test: "worker test/worker/history-limits.test.ts",
  },
  {
    rules: ["LIMIT27"],
    file: "src/conversation/conversation.ts",
    find: "      this.readingError(caller) ??\n      this.#requests",
    replace: "      this.#requests",
    test: "worker test/worker/history-limits.test.ts",
  },
  {
    rules: ["WIRE11"],
    file: "src/wire/json.ts",
    find: '    if (level.some(isInfinite)) return "infinite";\n',
    replace: "",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE11"],
    file: "src/protocols/validators.ts",
    find: "        return z.NEVER;\n      }\n      list.push(data);",
    replace: "      } else list.push(data);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE11"],
    file: "src/protocols/validators.ts",
    find: "if (input.length > most)",
    replace: "if (input.length > 1_000 * most)",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE11"],
    file: "src/protocols/adk-server/run-route.ts",
    find: "listOf(partSchema(), limits.messageParts.value)",
    replace: "z.array(partSchema())",
    test: "worker test/worker/frame-faults.test.ts",
  },
  ...["eventSchema()", "partSchema()", "z.string()"].map((element) => ({
    rules: ["WIRE11"],
    file: "src/protocols/adk-server/session-json.ts",
    find: `listOf(${element})`,
    replace: `z.array(${element})`,
    test: "worker test/worker/frame-faults.test.ts",
  })),
  {
    rules: ["HTTP1"],
    file: "src/protocols/control/tokens-route.ts",
    find: "await readBody(request, maxBodyBytes)",
    replace: "await request.text()",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["RUN28"],
    file: "src/protocols/adk-server/run-route.ts",
    find: "  if (tooBig) return errorResponse(context, tooBig);\n",
    replace: "",
    test: "worker test/worker/artifact-access.test.ts",
  },
];

/** Sessions that are made of what a client sends. */
const sessions: readonly Mutation[] = [
  {
    rules: ["SESS19"],
    file: "src/conversation/session-store.ts",
    find: "this.#object.storage.transactionSync(() => {",
    replace: "[0].forEach(() => {",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS19"],
    file: "src/conversation/session-store.ts",
    find: "      this.#sync.reset();\n      this.stored.reload();\n",
    replace: "      this.stored.reload();\n",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS19"],
    file: "src/conversation/session-store.ts",
    find: "      this.stored.reload();\n",
    replace: "",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS19"],
    file: "src/conversation/session-store.ts",
    find: "      this.stored.reload();\n      this.#log.reset();\n",
    replace: "      this.stored.reload();\n",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS19"],
    file: "src/protocols/adk-server/sessions-route.ts",
    find: "if (tooLarge >= 0)",
    replace: "if (tooLarge > 10_000)",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS19"],
    file: "src/protocols/adk-server/sessions-route.ts",
    find: "[state, ...history.map((event) => event.actions.stateDelta)]",
    replace: "[state]",
    test: "worker test/worker/bodies.test.ts",
  },
  {
    rules: ["SESS12"],
    file: "src/protocols/adk-server/session-json.ts",
    find: ".min(0).max(maxTimestamp)",
    replace: "",
    test: "worker test/worker/sessions.test.ts",
  },
  {
    rules: ["HTTP3"],
    file: "src/protocols/validators.ts",
    find: "jsonFaultOf(value, maxLevels) === undefined ? value : undefined",
    replace: "value",
    test: "worker test/worker/body-fuzz.test.ts",
  },
  {
    rules: ["SESS12"],
    file: "src/core/adk/stored-event.ts",
    find: "parts.filter(isObject).map(wellTypedPart)",
    replace: "(parts as Part[])",
    test: "core test/core/stored-event.test.ts",
  },
  {
    rules: ["SESS12"],
    file: "src/core/adk/stored-event.ts",
    find: 'isObject(value) && typeof value["text"] === "string"',
    replace: "value !== undefined",
    test: "core test/core/stored-event.test.ts",
  },
];

export const requests: readonly Mutation[] = [...bodies, ...sessions, ...stored];
