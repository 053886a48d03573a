/** Mutations of what is told of an exception, and of what the log and the page show. */
import type { Mutation } from "./mutation.ts";

export const toldTexts: readonly Mutation[] = [
  {
    rules: ["CALL17"],
    file: "src/core/live-api/tool-response.ts",
    find: `error instanceof ToolError
      ? wellFormed`,
    replace: `error instanceof Error
      ? wellFormed`,
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/core/live-api/plain-json.ts",
    find: "  if (isError(value)) return { error: untoldFailure };",
    replace: "  if (isError(value)) return { error: value.message };",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/core/live-api/plain-json.ts",
    find: "hasToJson(value) && !isError(value)",
    replace: "hasToJson(value)",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/core/live-api/plain-json.ts",
    find: "{ error: untoldFailure }",
    replace: "{ error: untoldFailure, ...fieldsOf(value, place) }",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/tool-runner.ts",
    find: 'return { error: error instanceof ToolError ? error.message : "They could not be checked." };',
    replace:
      'return { error: error instanceof Error ? error.message : "They could not be checked." };',
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/tool-runner.ts",
    find: "      if (findCall(this.#calls, id)) logToolFailure(tool.name, error);",
    replace: "",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/hooked-tool.ts",
    find: "thrown instanceof Error ? thrown : new Error(String(thrown))",
    replace: "thrown instanceof Error ? thrown : new ToolError(String(thrown))",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/tool-failure.ts",
    find: 'text.replaceAll(token, "[token]")',
    replace: "text",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/tool-failure.ts",
    find: "cutText(logLine(`parley: the tool ${tool} failed: ${line}`), maxLineCharacters)",
    replace: "logLine(`parley: the tool ${tool} failed: ${line}`)",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["CALL17"],
    file: "src/agent/runtime/tool-failure.ts",
    find: "  if (error instanceof ToolError) return;",
    replace: "",
    test: "core test/core/tool-failure.test.ts",
  },
  {
    rules: ["LOG4"],
    file: "src/wire/text.ts",
    find: String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`,
    replace: String.raw`[\r\n]`,
    test: "core test/core/text.test.ts",
  },
  {
    rules: ["LOG4"],
    file: "src/wire/text.ts",
    find: String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`,
    replace: String.raw`[\p{Cc}\p{Cs}]`,
    test: "core test/core/text.test.ts",
  },
  {
    rules: ["LOG4"],
    file: "src/wire/text.ts",
    find: String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`,
    replace: String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]`,
    test: "core test/core/text.test.ts",
  },
  {
    rules: ["LOG4"],
    file: "src/wire/text.ts",
    find: String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`,
    replace: String.raw`[\p{Cc}\p{Cf}\p{Cs}]`,
    test: "core test/core/text.test.ts",
  },
  {
    rules: ["PAGE86"],
    file: "src/page/identity.ts",
    find: '  history.replaceState(history.state, "", pathname + search + (rest && `#${rest}`));',
    replace: "",
    test: "core test/core/client/identity.test.ts",
  },
  {
    rules: ["PAGE86"],
    file: "src/page/identity.ts",
    find: '  fragment.delete("token");',
    replace: "",
    test: "core test/core/client/identity.test.ts",
  },
  {
    rules: ["PAGE86"],
    file: "src/page/identity.ts",
    find: `  writeItem(storage, tokenKey, token);
  fragment`,
    replace: "  fragment",
    test: "core test/core/client/identity.test.ts",
  },
];
