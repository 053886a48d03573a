import { describe, expect, test } from "vitest";
import { callStep, declareFunctions } from "./calls.ts";
import { outline, startEmulator, sendText } from "./client.ts";

describe("context updates", () => {
  test("[EMU53] instructions and tools change with the next reply", async () => {
    const on = startEmulator();
    const client = await on.ready({
      ...declareFunctions(),
      systemInstruction: { parts: [{ text: "old" }] },
    });
    client.send({ contextUpdate: { systemInstruction: { parts: [{ text: "new" }] } } });
    const functionDeclarations = [{ name: "n2", behavior: "BLOCKING" }];
    client.send({ contextUpdate: { tools: { tools: [{ functionDeclarations }] } } });
    await on.ports.clock.advance(3000);
    expect(client.take()).toEqual([]);
    on.ports.brain.replies.push([callStep("n2")]);
    sendText(client, "hi");
    await on.ports.clock.advance(1000);
    const [context] = on.ports.brain.contexts;
    expect(context?.instruction).toBe("new");
    expect(context?.tools.functions.map(({ name }) => name)).toEqual(["n2"]);
    expect(outline(client.take())).toEqual(["toolCall"]);
    client.send({ contextUpdate: { tools: { tools: [] } } });
    sendText(client, "and now?");
    await on.ports.clock.advance(1000);
    expect(on.ports.brain.contexts.at(-1)?.tools.functions).toEqual([]);
    expect(on.ports.brain.contexts.at(-1)?.instruction).toBe("new");
  });

  test("[EMU53] an update is refused like the same setup", async () => {
    const client = await startEmulator().ready();
    client.send({ contextUpdate: { tools: { tools: [{ codeExecution: {} }] } } });
    expect(client.closed).toEqual({
      code: 1008,
      reason: "Operation is not implemented, or supported, or enabled.",
    });
  });
});
