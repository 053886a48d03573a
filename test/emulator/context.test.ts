import { describe, expect, test } from "vitest";
import { call, declared } from "./calls.ts";
import { outline, stage, typed } from "./client.ts";

describe("an update of the context", () => {
  test("[EMU53] instructions and tools change from the next reply on", async () => {
    const on = stage();
    const client = await on.ready({
      ...declared(),
      systemInstruction: { parts: [{ text: "old" }] },
    });
    client.send({ contextUpdate: { systemInstruction: { parts: [{ text: "new" }] } } });
    const functionDeclarations = [{ name: "n2", behavior: "BLOCKING" }];
    client.send({ contextUpdate: { tools: { tools: [{ functionDeclarations }] } } });
    await on.ports.clock.advance(3000);
    expect(client.take()).toEqual([]);
    on.ports.brain.lines.push([call("n2")]);
    typed(client, "hi");
    await on.ports.clock.advance(1000);
    const [scene] = on.ports.brain.scenes;
    expect(scene?.instruction).toBe("new");
    expect(scene?.tools.functions.map(({ name }) => name)).toEqual(["n2"]);
    expect(outline(client.take())).toEqual(["toolCall"]);
    client.send({ contextUpdate: { tools: { tools: [] } } });
    typed(client, "and now?");
    await on.ports.clock.advance(1000);
    expect(on.ports.brain.scenes.at(-1)?.tools.functions).toEqual([]);
    expect(on.ports.brain.scenes.at(-1)?.instruction).toBe("new");
  });

  test("[EMU53] what setup would refuse is refused", async () => {
    const client = await stage().ready();
    client.send({ contextUpdate: { tools: { tools: [{ codeExecution: {} }] } } });
    expect(client.closed).toEqual({
      code: 1008,
      reason: "Operation is not implemented, or supported, or enabled.",
    });
  });
});
