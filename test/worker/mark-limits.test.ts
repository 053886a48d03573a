/** Clients that mark the beginnings and ends of their speech again and again. */
import { describe, expect, it } from "vitest";
import { limits } from "../../src/core/policy/limits.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { connectedLive, type Message } from "./live-client.ts";
import { nativeConversation } from "./native-conversation.ts";

describe("[LIMIT38] marks of speech above the limit are refused, and speech that has begun may end", () => {
  const most = limits.stateChanges.value * limits.stateChanges.burstS;
  const countOf = (mark: string, received: readonly object[]): number =>
    JSON.stringify(received).split(`"${mark}"`).length - 1;
  const refused = {
    code: "RATE_LIMITED",
    message: expect.stringMatching(/^The mark was not taken.*may end; mark it again in \d+ s\.$/),
  };

  it("in parley.v1: activities, each with its end", async () => {
    const { ann, model } = await nativeConversation("&turns=client", scriptedPorts().clock);
    for (let at = 0; at <= most / 2; at++)
      for (const on of [true, false]) ann.send({ type: "activity", on });
    expect(await ann.next("error")).toMatchObject(refused);
    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    // The end of the refused one, which the model knows nothing of, is left out.
    expect(countOf("activityStart", model.received)).toBe(most / 2);
    expect(countOf("activityEnd", model.received)).toBe(most / 2);
  });

  it("in parley.v1: an activity that has begun ends when nothing is left", async () => {
    const { ann, model } = await nativeConversation("&turns=client", scriptedPorts().clock);
    ann.send({ type: "activity", on: true });
    for (let n = 0; n < most - 1; n++) ann.send({ type: "state", delta: { n } });
    expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    ann.send({ type: "activity", on: false });
    await model.until(({ received }) => countOf("activityEnd", received) === 1);
    ann.send({ type: "activity", on: false });
    expect(await ann.next("error")).toMatchObject(refused);
  });

  it("in parley.v1: ends of the stream", async () => {
    const { ann, model } = await nativeConversation("", scriptedPorts().clock);
    for (let at = 0; at <= most; at++) ann.send({ type: "audioEnd" });
    expect(await ann.next("error")).toMatchObject(refused);
    expect(countOf("audioStreamEnd", model.received)).toBe(most);
  });

  it("in the Live API, which goes on", async () => {
    const { client, upstream } = await connectedLive("assistant", {
      realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    });
    const both = { realtimeInput: { activityStart: {}, activityEnd: {} } };
    for (let at = 0; at < most; at++) client.send(both);
    const { parley } = await client.next((message: Message) => message["parley"]?.error);
    expect(parley.error).toMatchObject(refused);
    client.send({ realtimeInput: { text: "Still there?" } });
    await upstream.until(({ received }) =>
      JSON.stringify(received.at(-1)).includes("Still there?"),
    );
    expect(countOf("activityStart", upstream.received)).toBeLessThan(most);
  });
});
