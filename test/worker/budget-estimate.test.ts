/** Answers whose session ends before the service has billed them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { conversation, receiptOf, turnEnd } from "./budget-conversation.ts";
import { audioMessage, transcriptMessage } from "./native-conversation.ts";
import { eventually } from "../support/eventually.ts";
import { VirtualClock } from "../support/scripted.ts";
import { setClock } from "./upstreams.ts";

describe("[BUDGET13] an answer whose session ends before its receipt is counted", () => {
  // A second of audio is 25 tokens of 12 USD for a million, and its input is taken for as many of 3.
  const limits = { conversation: { usd: 0.0004 } };
  const secondOfAudio = audioMessage(24_000);

  it("by its audio", async () => {
    const { join, connectModel } = conversation(limits);
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, transcriptMessage("Once upon"));
    await model.close(1011, "Internal error encountered.");
    expect(await ann.next("budget")).toMatchObject({ of: "usd", used: 0.93 });
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
    expect(await again.next("budget")).toMatchObject({ used: 0.93 });
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
