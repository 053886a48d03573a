import { describe, expect, it } from "vitest";
import { functionDeclarationOf } from "../../src/agent/prompt.ts";
import { tool, type CallableTool } from "../../src/agent/tool.ts";
import { capabilitiesOf } from "../../src/core/live-api/capabilities.ts";
import { hangs, monitor } from "./tool-runner-harness.ts";

const behaviorOf = (it: CallableTool, model: string) =>
  functionDeclarationOf(it, capabilitiesOf(model)).behavior;

describe("[SETUP4] a tool is declared with the behaviour it needs, where its model knows that", () => {
  it("streams do not block; a function is what the model does by itself", () => {
    expect(behaviorOf(monitor, "gemini-3.8-live")).toBe("NON_BLOCKING");
    expect(behaviorOf(hangs, "gemini-3.8-live")).toBeUndefined();
  });

  it("what its author asks for", () => {
    const blocks = tool({ name: "it", description: "", behavior: "BLOCKING", run: () => 1 });
    expect(behaviorOf(blocks, "gemini-3.8-live")).toBe("BLOCKING");
  });

  it("left out where the model knows no other", () => {
    expect(behaviorOf(monitor, "gemini-3.1-flash-live-preview")).toBeUndefined();
  });
});
