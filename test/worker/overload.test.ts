/** An overloaded isolate, and too many connections at once: newcomers are refused, clients that were here are not. */
import {
  abortAllDurableObjects,
  createExecutionContext,
  runInDurableObject,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { tickMs } from "../../src/core/lateness.ts";
import { Overload } from "../../src/core/policy/overload.ts";
import worker from "../../src/index.ts";
import { LateClock } from "../support/late-clock.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { connectLive, method } from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import { transcriptMessage, turnCompleteMessage } from "./native-conversation.ts";
import { describeProviders, newCaller, openStream, requestTwiml } from "./phone.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setClock, setOverload } from "./upstreams.ts";

const from = (address: string) => ({ "cf-connecting-ip": address });

/** An isolate whose timers ring late from now on. */
const overloaded = (now?: number): Overload => makeLate(new Overload(), now);

function makeLate(overload: Overload, now = Date.now()): Overload {
  for (let at = now - 3_000; at < now; at += tickMs) overload.onTick(300, at);
  return overload;
}

const firstFrame = ({ webSocket }: Response): Promise<string> =>
  new Promise((resolve) => {
    webSocket?.addEventListener("message", ({ data }) => resolve(String(data)));
    webSocket?.accept();
    webSocket?.send(JSON.stringify({ type: "hello" }));
  });

const request = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  exports.default.fetch(`https://parley.test${path}`, { ...init, headers });

describe("[LIMIT32] an overloaded isolate refuses newcomers, and goes on with the clients that were here", () => {
  it("by the lateness of the conversation's own timers", async () => {
    const { object, models } = newConversation();
    const clock = new LateClock();
    setClock(object, clock);
    setOverload(object, new Overload());
    const inObject = (step: () => void) =>
      runInDurableObject(env.CONVERSATION.getByName(object), step);
    const join = async (address: string) =>
      (await connectNative(pathOf(object), from(address))).client;
    const ann = await join("203.0.113.1");
    await ann.hello();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    const overload = async () => {
      for (let each = 0; each < 5; each++)
        await inObject(() => {
          clock.stop(tickMs + 350);
          clock.run(0);
        });
    };
    await overload();

    const newcomer = await join("203.0.113.2");
    expect(await newcomer.untilClosed()).toMatchObject({ code: 1013 });
    const [error] = newcomer.of("error");
    expect(error).toMatchObject({ code: "OVERLOADED", action: "slow down" });
    expect(error?.retryAfterS).toBeGreaterThanOrEqual(5);
    expect(error?.message).toMatch(new RegExp(`Try again in ${error?.retryAfterS} s\\.$`));

    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    await model.send(transcriptMessage("Yes."), turnCompleteMessage);
    await ann.event(({ turnComplete }) => turnComplete === true);
    ann.close();
    await ann.untilClosed();
    const again = await join("203.0.113.1");
    await again.hello();

    await inObject(() => clock.run(2 * 60_000));
    const bob = await join("203.0.113.2");
    await bob.hello();
    again.close();
    await again.untilClosed();
    await inObject(() => clock.run(2 * 60_000));
    // Lateness is measured while frames come.
    bob.send({ type: "mute", on: true });
    await bob.next("presence", ({ change }) => change === "muted");
    await overload();
    expect(await (await join("203.0.113.1")).untilClosed()).toMatchObject({ code: 1013 });
  });

  it("in the words of every protocol, and dials nothing", async () => {
    const { object, models } = newConversation();
    const [app, user, session] = JSON.parse(object) as [string, string, string];
    setOverload(object, overloaded());
    const made = newConversation();
    const [, maker, existing] = JSON.parse(made.object) as [string, string, string];
    const overload = new Overload();
    setOverload(made.object, overload);
    await rest("POST", sessionsPath(maker), { sessionId: existing });
    makeLate(overload);
    const inS = /in \d+ s\.$/;
    const { client } = await connectNative(pathOf(object));
    await client.untilClosed();
    expect(client.of("error")).toMatchObject([{ code: "OVERLOADED" }]);
    const live = await connectLive(`/live/${app}/${user}/${session}/${method}`);
    expect(await live.untilClosed()).toMatchObject({ code: 1013, reason: inS });
    const sse = await request(`/events/${user}/${session}`);
    expect(sse.status).toBe(503);
    expect(Number(sse.headers.get("retry-after"))).toBeGreaterThanOrEqual(5);
    expect(await sse.json()).toMatchObject({ code: "OVERLOADED", message: inS });
    const create = await request(
      sessionsPath(user),
      { "content-type": "application/json" },
      { method: "POST", body: JSON.stringify({ sessionId: session }) },
    );
    expect([create.status, Number(create.headers.get("retry-after")) >= 5]).toEqual([503, true]);
    expect(await create.json()).toMatchObject({ detail: inS });
    const run = await request(
      "/run",
      { "content-type": "application/json" },
      {
        method: "POST",
        body: JSON.stringify({ appName: app, userId: maker, sessionId: existing, newMessage: {} }),
      },
    );
    expect([run.status, Number(run.headers.get("retry-after")) >= 5]).toEqual([503, true]);
    expect(await run.json()).toMatchObject({ detail: inS });
    expect([...models.all, ...made.models.all]).toEqual([]);
  });

  it("a conversation that was here before its object restarted goes on, and a pause makes newcomers", async () => {
    const { ann, model, object } = await connectedConversation();
    await model.send(transcriptMessage("Hello."), turnCompleteMessage);
    await ann.next(({ turnComplete }) => turnComplete === true);
    setOverload(object, overloaded());
    await abortAllDurableObjects();
    const { client: again } = await connectNative(pathOf(object), from("203.0.113.1"));
    await again.hello();
    await abortAllDurableObjects();
    const clock = new LateClock();
    const late = Date.now() + 3 * 60_000;
    clock.stop(late - clock.now());
    setClock(object, clock);
    setOverload(object, overloaded(late));
    const { client: newcomer } = await connectNative(pathOf(object), from("203.0.113.1"));
    expect(await newcomer.untilClosed()).toMatchObject({ code: 1013 });
  });

  describeProviders(() => {
    it("a caller hears that the line is busy, a caller whose stream broke does not", async () => {
      const caller = newCaller();
      const xml = async (query?: string) =>
        (await requestTwiml(caller.form, query ? { query } : {})).text();
      const overload = new Overload();
      setOverload(caller.object, overload);
      await openStream(caller);
      makeLate(overload);
      expect(await xml("?again=1")).toMatch(/stream/i);
      const other = newCaller();
      setOverload(other.object, overload);
      expect(await (await requestTwiml(other.form)).text()).toMatch(
        /<Response><(Reject|Hangup) reason="busy"\/><\/Response>/,
      );
    });
  });
});

describe("[LIMIT33] a process opens a bounded number of connections a second", () => {
  it("above it a client is refused before its conversation's object, with a time", async () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const settings = { ...env, LIMIT_CONNECTS: "1.5" };
    const connect = async (path: string, upgrade: boolean) =>
      worker.fetch(
        new Request(`https://parley.test${path}`, {
          headers: upgrade
            ? { upgrade: "websocket", "sec-websocket-protocol": "parley.v1" }
            : { accept: "text/event-stream" },
        }),
        settings,
        createExecutionContext(),
      );
    const paths = Array.from({ length: 6 }, () => pathOf(newConversation().object));
    const responses = await Promise.all(paths.map((path) => connect(path, true)));
    const frames = await Promise.all(responses.map(firstFrame));
    expect(frames.map((frame) => frame.includes("RATE_LIMITED"))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    const sse = await connect(`/events/ann/${crypto.randomUUID()}`, false);
    expect([sse.status, Number(sse.headers.get("retry-after")) >= 1]).toEqual([429, true]);
    vi.setSystemTime(Date.now() + 1_000);
    const later = await connect(pathOf(newConversation().object), true);
    expect(await firstFrame(later)).toContain("hello");
  });

  it("of one address a tenth, so that others are admitted meanwhile", async () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    // No other test has this number: each has a bucket of its own.
    const settings = { ...env, LIMIT_CONNECTS: "21" };
    const connect = async (address: string) => {
      const headers = {
        upgrade: "websocket",
        "sec-websocket-protocol": "parley.v1",
        "cf-connecting-ip": address,
      };
      const path = pathOf(newConversation().object);
      const request = new Request(`https://parley.test${path}`, { headers });
      return firstFrame(await worker.fetch(request, settings, createExecutionContext()));
    };
    const frames = [];
    for (let each = 0; each < 8; each++) frames.push(await connect(`2001:db8:33:1::${each}`));
    expect(frames.map((frame) => frame.includes("RATE_LIMITED"))).toEqual([
      ...Array.from({ length: 6 }, () => false),
      true,
      true,
    ]);
    expect(await connect("2001:db8:33:2::1")).toContain("hello");
    vi.setSystemTime(Date.now() + 1_000);
    expect(await connect("2001:db8:33:1::1")).toContain("hello");
  });
});
