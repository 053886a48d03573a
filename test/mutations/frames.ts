/** Mutations of the parser of frames and bodies, and of exceptions that a frame causes. */
import type { Mutation } from "./mutation.ts";

export const frames: readonly Mutation[] = [
  {
    rules: ["WIRE12"],
    file: "src/protocols/validators.ts",
    find: "  if (hasMoreValuesThan(text, maxValues)) return undefined;\n",
    replace: "",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE12"],
    file: "src/wire/json.ts",
    find: "    if (unit === quote) at = endOfString(text, at);\n    else if",
    replace: "    if",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/validators.ts",
    find: "return jsonFaultOf(value, maxLevels) === undefined ? value : undefined;",
    replace: "return value;",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/validators.ts",
    find: ": `is nested deeper than ${maxLevels} levels`",
    replace: ': "is not JSON"',
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/sse/codec.ts",
    find: "  const value = parseJson(frame);",
    replace: "  const value: unknown = JSON.parse(frame);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/live-api/codec.ts",
    find: "  const value = parseJson(text);",
    replace: "  const value: unknown = JSON.parse(text);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/adk-server/live-codec.ts",
    find: "  const value = parseJson(frame);",
    replace: "  const value: unknown = JSON.parse(frame);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/adk-server/http.ts",
    find: "  const body = parseJson(text);",
    replace: "  const body: unknown = JSON.parse(text);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/live-api/auth-tokens-route.ts",
    find: "text.trim() ? parseJson(text) : {}",
    replace: "text.trim() ? JSON.parse(text) : {}",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE7"],
    file: "src/protocols/control/tokens-route.ts",
    find: "  const body = parseJson(text);",
    replace: "  const body: unknown = JSON.parse(text);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/conversation.ts",
    find: `    } catch (error) {
      this.#context.failFrame(connection, error);
    }`,
    replace: `    } catch {
      // The next frame may be better.
    }`,
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/conversation.ts",
    find: "      this.#context.failFrame(connection, error);",
    replace: `this.#context.failFrame(connection, error);
      connection.close(1011, "It failed.");`,
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/operator-log.ts",
    find: "${error instanceof Error ? error.name : typeof error}",
    replace: "${String(error)}",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/context.ts",
    find: "    if (connection.isOpen) this.refuse(connection, refusal);",
    replace: "",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/context.ts",
    find: "    logFailure(`a frame of ${protocol} could not be handled`, error);",
    replace: "",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/guardrail.ts",
    find: "      this.#context.failFrame(requester.connection, error),",
    replace: "      void error,",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/token-lifetimes.ts",
    find: "this.#renew(connection, request.token).catch((error: unknown) =>\n        this.#context.failFrame(connection, error),\n      );",
    replace: "this.#renew(connection, request.token).catch(() => undefined);",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["WIRE8"],
    file: "src/conversation/conversation.ts",
    find: 'return this.#context.reportFailure("sse", error);',
    replace: "return undefined;",
    test: "worker test/worker/frame-faults.test.ts",
  },
  {
    rules: ["NATIVE7"],
    file: "src/protocols/parley-v1/codec.ts",
    find: "!isEventId(id)",
    replace: "id.length > 0",
    test: "worker test/worker/native.test.ts",
  },
  {
    rules: ["NATIVE7"],
    file: "src/conversation/event-recorder.ts",
    find: "id: newEventId()",
    replace: "id: crypto.randomUUID()",
    test: "worker test/worker/native.test.ts",
  },
  {
    rules: ["MCP7"],
    file: "src/mcp/result.ts",
    find: "[redacted(key), walk(inner)]",
    replace: "[key, walk(inner)]",
    test: "worker test/worker/mcp.test.ts",
  },
  {
    rules: ["MCP7"],
    file: "src/mcp/tools.ts",
    find: "redact(each.description, this.#secrets)",
    replace: "each.description",
    test: "worker test/worker/mcp.test.ts",
  },
];
