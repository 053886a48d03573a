/** Settings that a client chooses for its session, in the address of its socket, against the emulator. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agent, type AgentDefinition } from "../../src/agent/agent.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { connectNative, pathOf } from "./native.ts";
import { setAgent, setClock } from "./upstreams.ts";

const choices = "&role=operator&voice=Puck&language=zh-TW&instruction=Say%20it%20in%20rhyme.";

async function conversationOf(clientSettings: AgentDefinition["clientSettings"]) {
  const conversation = newConversation();
  const named = { name: "assistant", model: "gemini-3.8-live", instruction: "Answer." };
  setAgent(
    conversation.object,
    agent({ ...named, voice: "Kore", ...(clientSettings && { clientSettings }) }),
  );
  const upstream = emulated(conversation.object, { clocked: true });
  const join = async (query: string) => {
    const { client } = await connectNative(pathOf(conversation.object) + query);
    await client.hello();
    return client;
  };
  return { ...conversation, ...upstream, join };
}

const completes = ({ turnComplete }: { turnComplete?: boolean }) => turnComplete === true;

describe("[SETTING3] the first speaker's settings reach the session", () => {
  it("the voice, and the language and the instruction behind the author's", async () => {
    const { join, received, pass } = await conversationOf(["voice", "language", "instruction"]);
    const client = await join(choices);
    client.send({ type: "text", text: "Hello." });
    await until(client.event(completes), pass);
    const setup = JSON.stringify(received[0]);
    expect(setup).toContain('"voiceName":"Puck"');
    expect(setup).toMatch(
      /Answer\.\\n\\nSpeak the language with the code \\"zh-TW\\".*Say it in rhyme\./,
    );
  });

  it("an agent whose author allows less takes less", async () => {
    const { join, received, pass } = await conversationOf(["language"]);
    const client = await join(choices);
    client.send({ type: "text", text: "Hello." });
    await until(client.event(completes), pass);
    const setup = JSON.stringify(received[0]);
    expect(setup).toContain('"voiceName":"Kore"');
    expect(setup).toContain("zh-TW");
    expect(setup).not.toContain("rhyme");
  });

  it("a client that is alone gets a session with its settings, which knows the conversation", async () => {
    const { join, received, pass } = await conversationOf(["voice"]);
    const first = await join("");
    first.send({ type: "text", text: "Hello." });
    await until(first.event(completes), pass);
    first.send({ type: "bye" });
    await first.untilClosed();
    const second = await join("&voice=Puck");
    second.send({ type: "text", text: "And now?" });
    await until(second.event(completes), pass);
    const setups = received.filter((message) => "setup" in message);
    expect(setups).toHaveLength(2);
    expect(JSON.stringify(setups[1])).toContain('"Puck"');
    expect(JSON.stringify(received.slice(received.lastIndexOf(setups.at(-1) as never)))).toContain(
      "Hello.",
    );
    second.send({ type: "bye" });
    await second.untilClosed();
    const third = await join("&voice=Puck");
    third.send({ type: "text", text: "The same." });
    await until(third.event(completes), pass);
    expect(received.filter((message) => "setup" in message)).toHaveLength(2);
  });

  it("and those of a client that joins while others talk wait for the next session", async () => {
    const { join, received, pass } = await conversationOf(["voice"]);
    const first = await join("");
    first.send({ type: "text", text: "Hello." });
    await until(first.event(completes), pass);
    const second = await join("&voice=Puck");
    second.send({ type: "text", text: "Hello again." });
    await until(second.event(completes), pass);
    expect(received.filter((message) => "setup" in message)).toHaveLength(1);
    first.close();
    second.close();
    await pass(60_000);
    const third = await join("&voice=Puck");
    third.send({ type: "text", text: "And again." });
    await until(third.event(completes), pass);
    expect(JSON.stringify(received.findLast((message) => "setup" in message))).toContain('"Puck"');
  });
});

describe("[SETTING3] after hibernation the oldest speaker's settings hold", () => {
  it("and not those of a listener, or of a client without hello, who came before", async () => {
    const { object, models } = newConversation();
    // An object whose timers wait does not hibernate.
    setClock(object, scriptedPorts().clock);
    const named = { name: "assistant", model: "gemini-3.8-live", voice: "Kore" };
    setAgent(object, agent({ ...named, clientSettings: ["voice"] }));
    const open = async (query: string) => (await connectNative(pathOf(object) + query)).client;
    await open("&voice=Fenrir");
    await (await open("&role=listener&voice=Charon")).hello();
    const ann = await open("&voice=Puck");
    await ann.hello();
    const first = await models.connection(0);
    await first.until(({ received }) => received.length > 0);
    await first.close(1007, "API key not valid. Please pass a valid API key.");
    await ann.event(({ errorCode }) => errorCode === "UPSTREAM_UNAUTHENTICATED");
    ann.ack();
    await evictDurableObject(env.CONVERSATION.getByName(object));
    ann.send({ type: "text", text: "Hello?" });
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    for (const { received } of [first, second])
      expect(JSON.stringify(received[0])).toContain('"voiceName":"Puck"');
  });
});

describe("[SETTING1] [SETTING2] the server refuses a setting before the client joins", () => {
  it.each([
    ["?agent=concierge&instruction=x&role=operator", "NOT_ALLOWED"],
    ["?agent=assistant&instruction=x", "NOT_ALLOWED"],
    ["?agent=assistant&voice=Karen", "BAD_IDENTITY"],
    ["?agent=assistant&language=x", "BAD_IDENTITY"],
  ])("%s", async (query, code) => {
    const { client } = await connectNative(`/ws/ann/${crypto.randomUUID()}${query}`);
    expect(await client.next("error")).toMatchObject({ code });
  });
});
