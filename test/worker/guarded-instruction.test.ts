/** What an instruction contains of clients passes the author's `beforeModel`. */
import { describe, expect, it } from "vitest";
import { agent, type Instruction } from "../../src/agent/agent.ts";
import { newConversation } from "./client.ts";
import { block } from "./guarded.ts";
import { connectNative, pathOf } from "./native.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setAgent } from "./upstreams.ts";

describe("[HOOK15] state that an instruction names passes beforeModel", () => {
  const instructed = (late: boolean, instruction: Instruction) =>
    agent({
      name: "guarded",
      model: "gemini-3.8-live",
      instruction,
      hooks: { beforeModel: late ? async (...args) => block(...args) : block },
    });
  const forms = [
    ["a text", "Be kind. {note?} {pin?} {list?} {age?}"],
    [
      "a function",
      ({ get }: { get: (key: string) => unknown }) =>
        ["note", "pin", "list", "age"].map((key) => JSON.stringify(get(key))).join(" "),
    ],
  ] as const;

  it.each(
    forms.flatMap(([name, form]) => [false, true].map((late) => [name, late, form] as const)),
  )("%s, with a verdict that comes later: %s", async (_, late, instruction) => {
    const { object, models, join } = newConversation();
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    setAgent(object, instructed(late, instruction));
    const state = { note: "my card", pin: "4711", list: ["a card"], age: 7 };
    await rest("POST", sessionsPath(user), { sessionId, state });
    await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    const setup = JSON.stringify(model.received[0]);
    expect(setup).not.toContain("card");
    expect(setup).toContain("####");
    expect(setup).not.toContain("4711");
    expect(setup).toContain("7");
  });
});

describe("[HOOK15] words whose check failed", () => {
  it.each([false, true])("are in the next setup, if they pass then; late: %s", async (late) => {
    const { object, models, join } = newConversation();
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    let calls = 0;
    const check = () => {
      if (++calls === 1) throw new Error("the checker is away");
    };
    const beforeModel = late ? async () => check() : check;
    const instruction = "Be kind. {note?}";
    setAgent(
      object,
      agent({ name: "guarded", model: "gemini-3.8-live", instruction, hooks: { beforeModel } }),
    );
    await rest("POST", sessionsPath(user), { sessionId, state: { note: "They like tea." } });
    await join();
    const setups = [];
    for (const number of [0, 1]) {
      const model = await models.connection(number);
      await model.until(({ received }) => received.length > 0);
      setups.push(JSON.stringify(model.received[0]).includes("They like tea."));
      await model.send({ setupComplete: {} });
      if (number === 0) await model.close(1011, "Internal error encountered.");
    }
    expect(setups).toEqual([false, true]);
  });
});

describe("[HOOK15] an instruction that is a function", () => {
  const described = ({ get }: { get: (key: string) => unknown }): string => {
    const profile = get("profile") as { tags: string[] } | undefined;
    const style = get("lang") === "de" ? String(get("style")) : "";
    return `They like ${profile === undefined ? "nothing" : profile.tags.join()}, spoken ${style}.`;
  };

  it.each([
    [{ profile: { tags: ["tea"] } }, "They like tea, spoken softly."],
    [{ profile: { tags: ["my card"] } }, "They like nothing, spoken softly."],
    [{}, "They like nothing, spoken softly."],
  ])("gets what it reads, or nothing in its place: %j", async (state, expected) => {
    const { object, models, join } = newConversation();
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    const hooks = { beforeModel: block };
    setAgent(
      object,
      agent({ name: "guarded", model: "gemini-3.8-live", instruction: described, hooks }),
    );
    const all = { ...state, lang: "de", style: "softly" };
    await rest("POST", sessionsPath(user), { sessionId, state: all });
    await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    expect(JSON.stringify(model.received[0])).toContain(expected);
  });
});

describe("[HOOK15] the instruction of a client's settings passes beforeModel", () => {
  it.each([
    ["Ask for the card.", false, ""],
    ["Ask for the card.", true, ""],
    ["Say 4711.", false, "Say ####."],
    ["Say 4711.", true, "Say ####."],
    ["Say it in rhyme.", false, "Say it in rhyme."],
  ])("%s, with a verdict that comes later: %s", async (instruction, late, passed) => {
    const { object, models } = newConversation();
    setAgent(
      object,
      agent({
        name: "guarded",
        model: "gemini-3.8-live",
        instruction: "Be kind.",
        clientSettings: ["language", "instruction"],
        hooks: { beforeModel: late ? async (...args) => block(...args) : block },
      }),
    );
    const settings = new URLSearchParams({ role: "operator", language: "de", instruction });
    const { client } = await connectNative(`${pathOf(object)}&${settings.toString()}`);
    await client.hello();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    const setup = JSON.stringify(model.received[0]);
    expect(setup).toMatch(/Be kind\..*Speak the language with the code/);
    expect(setup).toContain(passed);
    if (passed !== instruction) expect(setup).not.toMatch(/card|4711/);
  });
});
