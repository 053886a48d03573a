/** Who gets a place in a conversation, who keeps it, and who costs a session of the model. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { scriptedPorts } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { connectLive, method, model, setupComplete } from "./live-client.ts";
import { connectNative, NativeClient, pathOf } from "./native.ts";
import { loudAudio, nativeConversation } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";
import { connectSse, SseClient, text } from "./sse.ts";
import { ask, askSocket, tokenFor } from "./tokens.ts";
import { setClock } from "./upstreams.ts";

const native = { "Sec-WebSocket-Protocol": "parley.v1" };
const partsOf = (object: string) => JSON.parse(object) as [string, string, string];
const livePathOf = (object: string) => `/live/${partsOf(object).join("/")}/${method}`;

async function withToken(object: string, claims: object = {}, token?: string) {
  const path = pathOf(object);
  const presented = token ?? (await tokenFor(claims));
  return new NativeClient(await askSocket(path, { token: presented, headers: native }));
}

describe("[LIMIT6] a client that sends no first message for ten seconds is disconnected", () => {
  it("in the words of its protocol; one that has sent it stays", async () => {
    const { object } = newConversation();
    const { clock } = scriptedPorts();
    setClock(object, clock);
    const { client: ann } = await connectNative(pathOf(object));
    await ann.hello();
    const { client: silent } = await connectNative(pathOf(object));
    const { client: babbling } = await connectNative(pathOf(object));
    const live = await connectLive(livePathOf(object));
    babbling.send({ type: "text", text: "Hello?" });
    await babbling.next("error");
    await runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(9_999));
    expect([silent.closed, babbling.closed, live.closed]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(1));
    for (const each of [silent, babbling, live])
      expect(await each.untilClosed()).toMatchObject({
        code: 1008,
        reason: expect.stringContaining("first message"),
      });
    expect(await silent.next("goAway")).toMatchObject({ again: true });
    expect(ann.closed).toBeUndefined();
  });
});

describe("[LIMIT7] connections without a first message are bounded for each client", () => {
  it("by its token: the next is refused in words, another token's is not", async () => {
    const { object } = newConversation();
    const token = await tokenFor({ jti: "eve" });
    for (let at = 0; at < 20; at++) await withToken(object, {}, token);
    const next = await withToken(object, {}, token);
    expect(await next.untilClosed()).toMatchObject({ code: 1013 });
    expect(next.of("error")).toMatchObject([{ code: "TOO_MANY_PENDING", action: "slow down" }]);
    const ann = await withToken(object, { jti: "ann" });
    await ann.hello();
  });

  it("by its address where no token is required", async () => {
    const { object } = newConversation();
    const from = (address: string) =>
      connectNative(pathOf(object), { "cf-connecting-ip": address });
    for (let at = 0; at < 20; at++) await from("203.0.113.7");
    const { client: next } = await from("203.0.113.7");
    expect(await next.untilClosed()).toMatchObject({ code: 1013 });
    await (await from("203.0.113.8")).client.hello();
  });

  it("by its network, of which an IPv6 client has all addresses", async () => {
    const { object } = newConversation();
    const from = (address: string) =>
      connectNative(pathOf(object), { "cf-connecting-ip": address });
    for (let at = 0; at < 20; at++) await from(`2001:db8:0:77::${at}`);
    const { client: next } = await from("2001:db8:0:77:ffff::1");
    expect(await next.untilClosed()).toMatchObject({ code: 1013 });
    await (await from("2001:db8:0:78::1")).client.hello();
  });
});

describe("[LIMIT8] listeners leave room for speakers, and all leave room for an operator", () => {
  it("in every protocol, and the refusal has words", async () => {
    const { object, join } = newConversation();
    const [app, user, session] = partsOf(object);
    await rest("POST", `${sessionsPath(user)}/${session}`, {});
    await Promise.all(
      Array.from({ length: 90 }, (_, at) => join(at % 2 ? "&role=listener" : "&role=observer")),
    );
    const full = { code: "CONVERSATION_FULL" };
    const { client: listener } = await connectNative(`${pathOf(object)}&role=listener`);
    await listener.untilClosed();
    expect(listener.of("error")).toMatchObject([full]);
    const live = await connectLive(`${livePathOf(object)}?role=listener`);
    expect(await live.untilClosed()).toMatchObject({ code: 1013, reason: /no room/ });
    await expect(connectSse(`/events/${user}/${session}?role=listener`)).rejects.toThrow("429");
    const message = { appName: app, userId: user, sessionId: session, newMessage: { parts: [] } };
    const { status, body } = await rest("POST", "/run?role=listener", message);
    expect([status, body.detail]).toEqual([429, expect.stringContaining("no room")]);
    await Promise.all(Array.from({ length: 10 }, () => join("&role=speaker")));
    const { client: speaker } = await connectNative(pathOf(object));
    expect(await speaker.untilClosed()).toMatchObject({ code: 1013 });
    const { client: boss } = await connectNative(`${pathOf(object)}&role=operator`);
    expect((await boss.hello({ role: "operator" })).role).toBe("operator");
  });
});

describe("[TALK14] a client that may not speak, or has said nothing, starts no session", () => {
  it("a socket without hello, listeners and observers of every protocol", async () => {
    const { object, join, models } = newConversation();
    const path = pathOf(object);
    const [, user, session] = partsOf(object);
    await connectNative(path);
    const { client: listener } = await connectNative(`${path}&role=listener`);
    await listener.hello();
    await join("&role=observer");
    const sse = await connectSse(`/events/${user}/${session}?role=listener`);
    const live = await connectLive(`${livePathOf(object)}?role=observer`);
    live.send({ setup: { model } });
    await live.next(setupComplete);
    expect(models.all).toEqual([]);
    const { client: ann } = await connectNative(path);
    await ann.hello({ role: "listener" });
    expect(models.all).toEqual([]);
    await ann.hello({ role: "speaker" });
    const upstream = await models.connection(0);
    await upstream.until(({ received }) => received.length > 0);
    expect(models.all).toHaveLength(1);
    await sse.disconnect();
  });
});

describe("[SSE9] a message by HTTP is its sender's, not another follower's", () => {
  const follow = async (object: string, token: string) => {
    const [, user, session] = partsOf(object);
    const { body } = await ask(`/events/${user}/${session}`, { token });
    if (!body) throw new Error("no stream");
    return new SseClient(body);
  };
  const post = async (object: string, token: string) => {
    const [, user, session] = partsOf(object);
    const response = await ask(`/send/${user}/${session}`, {
      method: "POST",
      token,
      body: text("Hi."),
    });
    return response.json<Record<string, unknown>>();
  };

  it("the sender has a stream by the same token, or one of the same subject", async () => {
    const { object } = newConversation();
    const boss = await withToken(object, { role: "operator" });
    const { you } = await boss.hello();
    const [ann, bob] = [await tokenFor({ jti: "ann" }), await tokenFor({ jti: "bob" })];
    await follow(object, ann);
    const { participant } = await boss.next(
      "presence",
      ({ change, participant: each }) => change === "joined" && each.id !== you,
    );
    await follow(object, bob);
    expect(await post(object, ann)).toEqual({ status: "sent" });
    const typed = await boss.next("event", ({ event }) => event.author === "user");
    expect(typed.from).toBe(participant.id);
    expect(await post(object, await tokenFor({ jti: "eve" }))).toMatchObject({
      error: /^Session not found/,
    });
    const [, user] = partsOf(object);
    await follow(object, await tokenFor({ user, sub: "cat", jti: "1" }));
    expect(await post(object, await tokenFor({ user, sub: "cat", jti: "2" }))).toEqual({
      status: "sent",
    });
  });
});

describe("[ROLE10] an operator's mute holds for all connections of a person", () => {
  it("for one that is open, for a later one, and until an operator unmutes", async () => {
    const { object } = newConversation();
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const token = await tokenFor({ jti: "ann" });
    const [first, second] = [
      await withToken(object, {}, token),
      await withToken(object, {}, token),
    ];
    const { you } = await first.hello();
    await second.hello();
    boss.send({ type: "mute", on: true, who: you });
    await second.next("presence", ({ change }) => change === "muted");
    second.send(loudAudio());
    expect(await second.next("error")).toMatchObject({ code: "MUTED" });
    const later = await withToken(object, {}, token);
    await later.hello();
    later.send({ type: "mute", on: false });
    expect(await later.next("error")).toMatchObject({ code: "MUTED" });
    boss.send({ type: "mute", on: false, who: you });
    await later.next("presence", ({ change }) => change === "unmuted");
    const last = await withToken(object, {}, token);
    const hello = await last.hello();
    expect(hello.participants.every(({ muted }) => muted === undefined)).toBe(true);
  });

  it("one person's own mute, or a mute where no token is required, is the connection's", async () => {
    const { ann, joinNative } = await nativeConversation();
    const bob = await joinNative();
    ann.send({ type: "mute", on: true });
    await ann.next("presence", ({ change }) => change === "muted");
    const { participants } = await bob.hello();
    expect(participants.filter(({ muted }) => muted)).toHaveLength(1);
  });
});
