import { describe, expect, it } from "vitest";
import { functionDeclarationOf } from "../../src/agent/runtime/prompt.ts";
import { tool, type CallableTool } from "../../src/agent/tool.ts";
import { capabilitiesOf } from "../../src/core/live-api/capabilities.ts";
import { hangs, monitor } from "./tool-runner-harness.ts";

const behaviorOf = (it: CallableTool, model: string) =>
  functionDeclarationOf(it, capabilitiesOf(model)).behavior;

describe("[SETUP4] a tool is declared with the behavior it needs, if the model supports it", () => {
  it("streams are NON_BLOCKING; functions have the model's default", () => {
    expect(behaviorOf(monitor, "gemini-3.8-live")).toBe("NON_BLOCKING");
    expect(behaviorOf(hangs, "gemini-3.8-live")).toBeUndefined();
  });

  it("the author's choice takes precedence", () => {
    const blocks = tool({ name: "it", description: "", behavior: "BLOCKING", run: () => 1 });
    expect(behaviorOf(blocks, "gemini-3.8-live")).toBe("BLOCKING");
  });

  it("it is left out if the model supports one behavior only", () => {
    expect(behaviorOf(monitor, "gemini-3.1-flash-live-preview")).toBeUndefined();
  });
});
