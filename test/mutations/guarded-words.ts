/** Mutations of what `beforeModel` checks, and of the calls that clients answer. */
import type { Mutation } from "./mutation.ts";

export const guardedWords: readonly Mutation[] = [
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "  const words = request.turns.map(",
    replace: '  const words = request.turns.filter(({ role }) => role !== "model").map(',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: `  if (request.type !== "content") return "";
  const words`,
    replace: `  if (request.type !== "content" || request.isHistory) return "";
  const words`,
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: `  if (request.type !== "content") return "";
  const words`,
    replace: `  if (request.type !== "content" || !request.complete) return "";
  const words`,
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "part.text ?? (isPicture(part)",
    replace: '("thought" in part ? "" : part.text) ?? (isPicture(part)',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: 'isFile(part) ? "" : JSON.stringify(part)',
    replace: 'isFile(part) ? "" : ""',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "parts.find((part) => !isPicture(part) && (part.inlineData ?? part.fileData))",
    replace: "parts.find((part) => !isPicture(part) && part.fileData)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "parts.find((part) => !isPicture(part) && (part.inlineData ?? part.fileData))",
    replace: "parts.find((part) => !isPicture(part) && part.inlineData)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "parts.find((part) => !isPicture(part) && (part.inlineData ?? part.fileData))",
    replace: "parts.find((part) => part.inlineData ?? part.fileData)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/request-text.ts",
    find: "(turn.parts ?? []).filter((part) => isPicture(part))",
    replace: "(turn.parts ?? []).slice(0, isModelTurn(turn) ? Infinity : 1)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/engine.ts",
    find: "this.#accept(withWords(input, passed), requester)",
    replace: "this.#accept(input, requester)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/engine.ts",
    find: "if (unreadable !== undefined)",
    replace: 'if (unreadable === "")',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/protocols/live-api/content-parser.ts",
    find: "return bytes ? { ...rest, text:",
    replace: "return bytes?.byteLength === 0 ? { ...rest, text:",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/live-clients.ts",
    find: `return liveClient?.agentNamed
      ? this`,
    replace: `return !liveClient
      ? this`,
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/live-clients.ts",
    find: "if (judgesBelow(root).length === 0) return this.#applyUpdate",
    replace: "if (root) return this.#applyUpdate",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/live-clients.ts",
    find: "!wordlessFields.has(name)",
    replace: '!wordlessFields.has(name) && name !== "tools"',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/live-clients.ts",
    find: "fieldNames.has(name) ? textsIn(inner) : [name, ...textsIn(inner)]",
    replace: "textsIn(inner)",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/live-clients.ts",
    find: 'typeof value === "string" || typeof value === "number"',
    replace: 'typeof value === "string"',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/live-api/client-setup.ts",
    find: `  if (systemInstruction !== undefined && !isTextContent(systemInstruction))
    return invalid("setup`,
    replace: `  if (systemInstruction === null)
    return invalid("setup`,
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/live-api/client-setup.ts",
    find: " && Object.keys(part).length === 1",
    replace: "",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/guardrail.ts",
    find: "      if (verdict.text !== text) return unrewritableWords();\n",
    replace: "",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/guardrail.ts",
    find: 'if (verdict.type !== "passed") return verdict.error;',
    replace: 'if (verdict.type === "refused") return verdict.error;',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/client-tools.ts",
    find: "guardrail.checkResponse(response.response ?? {})",
    replace:
      '{ type: "passed", text: JSON.stringify(response.response ?? {}) } as TypedVerdict | Promise<TypedVerdict>',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/client-tools.ts",
    find: "isSame ? response : { result: verdict.text }",
    replace: "isSame ? response : response",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/protocols/adk-server/content-parts.ts",
    find: "return bytes ? new TextDecoder().decode(bytes) : invalidFrame",
    replace: "return bytes ? `[a file of ${bytes.length} bytes]` : invalidFrame",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/conversation/conversation.ts",
    find: `    if (error) return error;
    // What`,
    replace: "    // What",
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["HOOK14"],
    file: "src/core/adk/history.ts",
    find: "    .flatMap(({ content, inputTranscription, outputTranscription }) => [",
    replace:
      '    .filter(({ author }) => author === "user").flatMap(({ content, inputTranscription, outputTranscription }) => [',
    test: "worker test/worker/guarded-words.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/client-tools.ts",
    find: "call?.connectionId !== connection.id || call.isAnswered",
    replace: "call?.isAnswered",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/client-tools.ts",
    find: "call?.connectionId !== connection.id || call.isAnswered",
    replace: "call?.connectionId !== connection.id",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/client-tools.ts",
    find: "call.connectionId === connection.id && !call.isAnswered",
    replace: "!call.isAnswered",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/client-tools.ts",
    find: "if (!willContinue) this.#pending.set(key, { ...call, isAnswered: true });",
    replace: "",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/client-tools.ts",
    find: 'return this.#context.refuse(connection, callNotOpen(response.id ?? response.name ?? ""));',
    replace: "return undefined;",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/engine.ts",
    find: "  if (!call) return unknownLongRunningCall(id);",
    replace: "  if (!call) return undefined;",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/engine.ts",
    find: "  if (!call.isOpen) return answeredLongRunningCall(id);",
    replace: "",
    test: "worker test/worker/open-calls.test.ts",
  },
  {
    rules: ["CALL18"],
    file: "src/conversation/engine.ts",
    find: "    this.#reporting.add(id);",
    replace: "",
    test: "worker test/worker/open-calls.test.ts",
  },
];
