/** How long a conversation goes on, and how often sessions of it are begun. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { connectedConversation, newConversation } from "./client.ts";
import { connectLive, method, model, setupComplete } from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import { audioMessage, transcriptMessage, turnCompleteMessage } from "./native-conversation.ts";
import { newCaller, phoneConversation } from "./phone.ts";
import { rest, runAlarm, sessionsPath } from "./rest.ts";
import { connectSse } from "./sse.ts";
import { setLimits, setRetention } from "./upstreams.ts";

const minute = 60_000;
const start = Date.now();

const setTime = (at: number): void => void vi.spyOn(Date, "now").mockReturnValue(at);

afterEach(() => void vi.restoreAllMocks());

/** A conversation that may go on for ten minutes. */
function limited() {
  setTime(start);
  const conversation = newConversation();
  const timeouts = { end: undefined, retention: undefined, length: 10 * minute };
  setRetention(conversation.object, timeouts);
  const [, user = "", session = ""] = JSON.parse(conversation.object) as string[];
  return { ...conversation, user, session };
}

describe("[LIMIT25] a conversation that goes on for too long ends", () => {
  it("a minute after a warning, with words, by each protocol; it is kept", async () => {
    const { object, join, models, user, session } = limited();
    const ending = { ending: { endsInMs: minute } };
    const demo = await join();
    const upstream = await models.connection(0);
    await upstream.until(({ received }) => received.length > 0);
    await upstream.send({ setupComplete: {} });
    const { client: native } = await connectNative(pathOf(object));
    await native.hello();
    const live = await connectLive(`/live/assistant/${user}/${session}/${method}?role=observer`);
    live.send({ setup: { model } });
    await live.next(setupComplete);
    const sse = await connectSse(`/events/${user}/${session}`);
    // It has read all frames, also those of the joins, when the second error comes.
    for (const _ of [1, 2]) {
      native.ack();
      native.send(JSON.stringify({ type: "nonsense" }));
      await native.next("error");
    }
    setTime(start + 8 * minute);
    await runAlarm(object);
    expect(native.of("event")).toEqual([]);
    setTime(start + 9 * minute);
    await runAlarm(object);
    expect(await native.event(({ customMetadata }) => customMetadata !== undefined)).toMatchObject({
      event: { customMetadata: ending },
    });
    expect(await demo.next((event) => event.customMetadata !== undefined)).toMatchObject({
      customMetadata: ending,
    });
    expect(await live.next((message) => message["goAway"])).toEqual({
      goAway: { timeLeft: "60s" },
    });
    expect(await sse.next(({ data }) => data["customMetadata"] !== undefined)).toMatchObject({
      data: { customMetadata: ending },
    });
    setTime(start + 10 * minute);
    await runAlarm(object);
    const words = /gone on for 10 minutes.* connect again/;
    for (const each of [native, demo, live])
      expect(await each.untilClosed()).toMatchObject({
        code: 1000,
        reason: expect.stringMatching(words),
      });
    expect(await native.next("goAway")).toMatchObject({ again: false });
    expect((await rest("GET", `${sessionsPath(user)}/${session}`)).status).toBe(200);
    await (await connectNative(pathOf(object))).client.hello();
  });

  it("a caller hears the warning from the agent, once the agent has finished its turn", async () => {
    setTime(start);
    const caller = newCaller();
    const timeouts = { end: undefined, retention: undefined, length: 10 * minute };
    setRetention(caller.object, timeouts);
    const { phone, model: agent } = await phoneConversation(caller);
    await agent.send(transcriptMessage("Let me"));
    const warned = () =>
      agent.received.filter((each) => JSON.stringify(each).includes("call ends"));
    setTime(start + 9 * minute);
    await runAlarm(caller.object);
    await agent.send(transcriptMessage(" see."), audioMessage(480));
    await phone.next((each) => (each as { event?: string }).event === "media");
    expect(warned()).toEqual([]);
    await agent.send(turnCompleteMessage);
    await agent.until(() => warned().length > 0);
    expect(JSON.stringify(warned())).toMatch(/as long as one may\. Tell the caller/);
    await agent.send(transcriptMessage("We end in a minute."), turnCompleteMessage);
    setTime(start + 10 * minute);
    await runAlarm(caller.object);
    expect((await phone.untilClosed()).code).toBe(1000);
    expect(warned()).toHaveLength(1);
  });

  it("a pause begins it anew", async () => {
    const { object, join } = limited();
    const first = await join();
    setTime(start + 5 * minute);
    first.close();
    await first.untilClosed();
    const next = await join();
    setTime(start + 11 * minute);
    await runAlarm(object);
    expect(next.closed).toBeUndefined();
    setTime(start + 15 * minute);
    await runAlarm(object);
    expect(await next.untilClosed()).toMatchObject({ code: 1000 });
  });
});

describe("[LIMIT24] a person begins a bounded number of sessions a minute as a Live API client", () => {
  it("the next is refused with a time and no handle; others are not affected", async () => {
    const { object, ann } = await connectedConversation();
    setLimits(object, { handles: 1 });
    const [, user = "", session = ""] = JSON.parse(object) as string[];
    const connect = async (address: string) => {
      const path = `/live/assistant/${user}/${session}/${method}`;
      const client = await connectLive(path, { "cf-connecting-ip": address });
      client.send({ setup: { model, sessionResumption: {} } });
      return client;
    };
    const first = await connect("203.0.113.50");
    await first.next(setupComplete);
    const next = await connect("203.0.113.50");
    expect(await next.untilClosed()).toMatchObject({
      code: 1013,
      reason: expect.stringMatching(/ in 60 s\.$/),
    });
    expect(next.messages).toEqual([]);
    await (await connect("203.0.113.51")).next(setupComplete);
    expect([first.closed, ann.closed]).toEqual([undefined, undefined]);
  });
});
