/** Answers whose session ends before the service has billed them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { nothingSpent } from "../../src/core/policy/budget.ts";
import { reportSpending } from "../../src/directory.ts";
import { conversation, receiptOf, textTokensOf, turnEnd } from "./budget-conversation.ts";
import { audioMessage, transcriptMessage } from "./native-conversation.ts";
import { eventually } from "../support/eventually.ts";
import { VirtualClock } from "../support/scripted.ts";
import { setClock } from "./upstreams.ts";

describe("[BUDGET13] an answer whose session ends before its receipt is counted", () => {
  const usd = 0.0005;
  const limits = { conversation: { usd } };
  const secondOfAudio = audioMessage(24_000);
  /** The share of the budget that is used. Text costs 0.75 USD for a million tokens, audio 3 from people and 12 from the model. */
  const used = ({ text = 0, audioIn = 0, image = 0, audioOut = 0 }): number =>
    Math.floor(((text * 0.75 + audioIn * 3 + image + audioOut * 12) / 1e6 / usd) * 100) / 100;

  it("by its audio", async () => {
    const { join, connectModel } = conversation(limits);
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, transcriptMessage("Once upon"));
    const text = textTokensOf(model);
    await model.close(1011, "Internal error encountered.");
    expect(await ann.next("budget")).toMatchObject({
      of: "usd",
      used: used({ text, audioOut: 25 }),
    });
  });

  it("when its only client has left", async () => {
    const { object, join, connectModel } = conversation(limits);
    const clock = new VirtualClock();
    setClock(object, clock);
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, transcriptMessage("Once upon"));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    ann.close();
    await ann.untilClosed();
    await eventually(async () => {
      await runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(1_000));
      expect(model.closed).toBeDefined();
    });
    const again = await join();
    const text = textTokensOf(model);
    expect(await again.next("budget")).toMatchObject({ used: used({ text, audioOut: 25 }) });
  });

  /** A receipt for so much text in the prompt. */
  const promptOf = (tokenCount: number): object => ({
    usageMetadata: {
      promptTokenCount: tokenCount,
      promptTokensDetails: [{ modality: "TEXT", tokenCount }],
    },
  });

  it("and its input: that of the receipt before, and what the model was sent since", async () => {
    const account = (jti: string, user: string) =>
      reportSpending(
        env,
        { name: `token ${jti}`, user, until: Infinity },
        nothingSpent,
        Date.now(),
      );
    const { join, connectModel, user } = conversation({});
    const own = { jti: "long questions", budget: { usd: 1 } };
    const ann = await join(own);
    const model = await connectModel();
    ann.send({ type: "text", text: "Hello." });
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Hi."), { ...turnEnd, ...promptOf(1_000) });
    await ann.event(({ turnComplete }) => turnComplete === true);
    await eventually(async () =>
      expect(await account(own.jti, user)).toMatchObject({ tokens: 1_000 }),
    );
    const before = textTokensOf(model);
    const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]).toBase64();
    for (const data of [picture, picture])
      ann.send({ type: "image", data, mimeType: "image/jpeg" });
    ann.send({ type: "text", text: "a long text ".repeat(1_000) });
    await model.until(({ received }) => JSON.stringify(received).includes("a long text"));
    await model.send(secondOfAudio, transcriptMessage("Well"));
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Well");
    const since = textTokensOf(model) - before;
    expect(since).toBeGreaterThan(3_000);
    await model.close(1011, "Internal error encountered.");
    await eventually(async () => {
      const { tokens } = await account(own.jti, user);
      // The pictures' own messages are without the picture.
      expect(Math.abs(tokens - (2_000 + since + 2 * 258 + 25))).toBeLessThan(40);
    });
  });

  it("or, where the session has begun no answer, what it was sent since alone", async () => {
    const { join, connectModel } = conversation(limits);
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Hello." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, { ...turnEnd, ...promptOf(100) });
    await ann.event(({ turnComplete }) => turnComplete === true);
    const before = textTokensOf(model);
    ann.send({ type: "text", text: "a long text ".repeat(160) });
    await model.until(({ received }) => JSON.stringify(received).includes("a long text"));
    const text = textTokensOf(model) - before;
    await model.close(1011, "Internal error encountered.");
    expect(await ann.next("budget")).toMatchObject({ used: used({ text: 100 + text }) });
  });

  it("but not what was said before a client with a budget came", async () => {
    const { join, connectModel } = conversation({});
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, transcriptMessage("Once."), { ...turnEnd });
    await ann.event(({ turnComplete }) => turnComplete === true);
    const bob = await join({ budget: { usd: 0.0002 } });
    await model.close(1011, "Internal error encountered.");
    const next = await connectModel(1);
    bob.send({ type: "text", text: "And then?" });
    await next.until(({ received }) => JSON.stringify(received).includes("And then?"));
    expect([bob.of("budget"), bob.of("error")]).toEqual([[], []]);
  });

  it("by its audio since the receipt of a filler, or of a call, in the same turn", async () => {
    const { join, connectModel } = conversation({ conversation: { usd: 0.0007 } });
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Hello." });
    await model.until(({ received }) => received.length > 1);
    await model.send(receiptOf(0.0003), secondOfAudio, transcriptMessage("Once upon"));
    await model.close(1011, "Internal error encountered.");
    // 25 tokens of 12 USD for a million.
    expect(await ann.next("budget")).toMatchObject({ of: "usd", used: 0.85 });
  });

  it("and not again after its receipt", async () => {
    const { join, connectModel } = conversation(limits);
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Hello." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, receiptOf(0.0003), secondOfAudio, turnEnd);
    await ann.event(({ turnComplete }) => turnComplete === true);
    ann.send({ type: "text", text: "And?" });
    await model.until(({ received }) => received.length > 2);
    await model.close(1011, "Internal error encountered.");
    await connectModel(1);
    ann.send({ type: "text", text: "Are you there?" });
    expect(ann.of("budget")).toEqual([]);
  });
});
