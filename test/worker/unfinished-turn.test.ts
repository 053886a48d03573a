/** A turn that a client sends in pieces is judged as one. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tone } from "../support/scripted.ts";
import { isBlocked, until } from "./guarded.ts";
import { connectedLive, model, setupComplete, type Message } from "./live-client.ts";

/** Blocks "my card" in two pieces. */
const blockTogether = ({ text }: { text: string }) => {
  if (/my\s+card/.test(text)) return { block: "No cards." };
  return text.includes("4711") ? { text: text.replaceAll("4711", "####") } : undefined;
};
const judge = (late: boolean) =>
  agent({
    name: "guarded",
    model: "gemini-3.8-live",
    hooks: {
      beforeModel: late ? async (input: { text: string }) => blockTogether(input) : blockTogether,
    },
  });
const content = (text: string, turnComplete: boolean) => ({
  clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete },
});
for (const late of [false, true])
  describe(`[HOOK14] a turn in pieces is judged as one${late ? ", with late verdicts" : ""}`, () => {
    it.each([
      ["contents", [], content("card", true)],
      ["contents that do not complete it either", [], content("card", false)],
      ["a realtime text after contents", [], { realtimeInput: { text: "card" } }],
      ["contents after a mark", [{ activityStart: {} }], content("card", true)],
    ])("%s", async (_, marks, last) => {
      const { client, upstream } = await connectedLive(judge(late), {
        realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
      });
      client.send(content("my", false));
      for (const mark of marks) client.send({ realtimeInput: mark });
      client.send(last);
      await client.next(isBlocked);
      client.send(content("book", true));
      await until(() => JSON.stringify(upstream.received).includes("book"));
      expect(JSON.stringify(upstream.received)).not.toContain("card");
      // The turn is over.
      client.send(content("card", true));
      await until(() => JSON.stringify(upstream.received).includes("card"));
    });

    it("texts in an activity that a client marks", async () => {
      const { client, upstream } = await connectedLive(judge(late), {
        realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
      });
      const inputs = [{ activityStart: {} }, { text: "my" }, { text: "card" }];
      for (const realtimeInput of inputs) client.send({ realtimeInput });
      await client.next(isBlocked);
      client.send({ realtimeInput: { activityEnd: {} } });
      client.send({ realtimeInput: { text: "card" } });
      await until(() => JSON.stringify(upstream.received).includes("card"));
      const sent = JSON.stringify(upstream.received.slice(1)).matchAll(/activity\w+|my|card/g);
      expect(Array.from(sent, String)).toEqual(["activityStart", "my", "activityEnd", "card"]);
    });

    it("rewritten, each with the words that it has itself; contents without words keep their place", async () => {
      const { client, upstream } = await connectedLive(judge(late));
      for (const text of ["one 4711", "two"]) client.send(content(text, false));
      client.send(content("three 4711", false));
      client.send({ clientContent: { turnComplete: true } });
      client.send(content("my", true));
      client.send(content("card", true));
      await until(() => upstream.received.length > 6);
      expect(upstream.received.slice(1)).toMatchObject([
        content("one ####", false),
        content("two", false),
        content("three ####", false),
        { clientContent: { turnComplete: true } },
        content("my", true),
        content("card", true),
      ]);
    });

    it("which cannot be taken if the hook would change what the model has already", async () => {
      const prefixing = ({ text }: { text: string }) => ({ text: `They say: ${text}` });
      const beforeModel = late ? async (input: { text: string }) => prefixing(input) : prefixing;
      const { client, upstream } = await connectedLive(
        agent({ name: "guarded", model: "gemini-3.8-live", hooks: { beforeModel } }),
      );
      client.send(content("one", false));
      client.send(content("two", false));
      await client.next(isBlocked);
      client.send({ clientContent: { turnComplete: true } });
      client.send(content("three", true));
      await until(() => upstream.received.length > 3);
      expect(upstream.received.slice(1)).toMatchObject([
        content("They say: one", false),
        { clientContent: { turnComplete: true } },
        content("They say: three", true),
      ]);
    });
  });

describe("[HOOK14] pieces that wait for the verdict on an earlier one", () => {
  const audio = { data: "AAAAAA==", mimeType: "audio/pcm;rate=16000" };

  it("are judged after it, and reach the model in their order", async () => {
    const decided = Promise.withResolvers<void>();
    const beforeModel = async (input: { text: string }) => {
      await decided.promise;
      return blockTogether(input);
    };
    const { client, upstream } = await connectedLive(
      agent({
        name: "guarded",
        model: "gemini-3.8-live",
        hooks: { beforeModel },
        runConfig: { silenceGate: false },
      }),
    );
    client.send(content("my 4711", false));
    client.send(content("my", false));
    client.send(content("card", false));
    client.send({ clientContent: { turnComplete: true } });
    // What no hook reads does not wait: all of the above has come.
    client.send({ realtimeInput: { audio } });
    await until(() => JSON.stringify(upstream.received).includes("AAAA"));
    decided.resolve();
    await client.next(isBlocked);
    await until(() => JSON.stringify(upstream.received.at(-1)).includes('"turnComplete":true'));
    expect(upstream.received.slice(2)).toMatchObject([
      content("my ####", false),
      content("my", false),
      { clientContent: { turnComplete: true } },
    ]);
  });

  it("a text that a mark overtakes is part of the activity", async () => {
    const decided = Promise.withResolvers<void>();
    const beforeModel = async (input: { text: string }) => {
      await decided.promise;
      return blockTogether(input);
    };
    const { client, upstream } = await connectedLive(
      agent({ name: "guarded", model: "gemini-3.8-live", hooks: { beforeModel } }),
      { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } },
    );
    const inputs = [{ text: "my" }, { activityStart: {} }, { text: "card" }];
    for (const realtimeInput of inputs) client.send({ realtimeInput });
    await until(() => JSON.stringify(upstream.received).includes("activityStart"));
    decided.resolve();
    await client.next(isBlocked);
    expect(JSON.stringify(upstream.received)).toContain("my");
    expect(JSON.stringify(upstream.received)).not.toContain("card");
  });
});

describe("[HOOK14] an unfinished turn", () => {
  const refused = (message: Message): boolean => message["parley"]?.error?.code === "BUFFER_FULL";

  it("that is too long to be judged as one takes no more, until it is complete", async () => {
    const { client, upstream } = await connectedLive(judge(false));
    client.send(content("my", false));
    for (let at = 0; at < 5; at++) client.send(content("filler ".repeat(4_500), false));
    client.send(content("card", true));
    await client.next(refused);
    client.send({ clientContent: { turnComplete: true } });
    client.send(content("Hello.", true));
    await until(() => JSON.stringify(upstream.received).includes("Hello."));
    expect(JSON.stringify(upstream.received)).not.toContain("card");
  });

  it("is over when the model has answered it, but not what came meanwhile", async () => {
    const { client, upstream } = await connectedLive(judge(false));
    const said = (text: string) => ({ serverContent: { outputTranscription: { text } } });
    client.send(content("my", false));
    await until(() => upstream.received.length > 1);
    await upstream.send(said("Yes?"));
    await client.next(({ serverContent }) => serverContent?.outputTranscription);
    client.send(content("your", false));
    await until(() => upstream.received.length > 2);
    await upstream.send({ serverContent: { turnComplete: true } });
    await client.next(({ serverContent }) => serverContent?.turnComplete);
    client.send(content("my", false));
    client.send(content("card", false));
    await client.next(isBlocked);
    client.send({ clientContent: { turnComplete: true } });
    client.send(content("my", false));
    await until(() => upstream.received.length > 5);
    await upstream.send(said("Well."), { serverContent: { turnComplete: true } });
    await client.next(({ serverContent }) => serverContent?.outputTranscription?.text === "Well.");
    client.send(content("card", true));
    await until(() => JSON.stringify(upstream.received).includes("card"));
  });

  it("ends with an activity that the relay ends, when its client has left", async () => {
    const setup = {
      realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    };
    const { client, connect, upstream } = await connectedLive(judge(false), setup);
    const bob = await connect();
    bob.send({ setup: { model, ...setup } });
    await bob.next(setupComplete);
    client.send({ realtimeInput: { activityStart: {} } });
    const audio = {
      data: new Uint8Array(tone(100).buffer as ArrayBuffer).toBase64(),
      mimeType: "audio/pcm;rate=16000",
    };
    for (let at = 0; at < 5; at++) client.send({ realtimeInput: { audio } });
    await until(() => JSON.stringify(upstream.received).includes("audio/pcm"));
    client.close();
    await until(() => JSON.stringify(upstream.received).includes("activityEnd"));
    for (const text of ["my", "card"]) bob.send({ realtimeInput: { text } });
    await until(() => JSON.stringify(upstream.received).includes("card"));
  });
});
