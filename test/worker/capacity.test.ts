/** Who gets a place in a conversation, who keeps it, and who costs a session of the model. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { scriptedPorts } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { connectLive, LiveClient, method, model, setupComplete } from "./live-client.ts";
import { connectNative, NativeClient, pathOf } from "./native.ts";
import { loudAudio, nativeConversation } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";
import { connectSse, SseClient, text } from "./sse.ts";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import { ask, askSocket, secret, tokenFor } from "./tokens.ts";
import { setAuth, setClock } from "./upstreams.ts";

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
    for (const role of ["listener", "observer"]) {
      const { client } = await connectNative(`${pathOf(object)}&role=${role}`);
      await client.untilClosed();
      expect(client.of("error")).toMatchObject([full]);
    }
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

describe("[SSE9] of several streams of one person, the newest is the sender's", () => {
  it.each([
    ["of one token", { jti: "ann" }],
    ["where no token is required", undefined],
  ])("%s", async (_, claims) => {
    const { object } = newConversation();
    const [, user, session] = partsOf(object);
    const settings = claims ? {} : { AUTH_SECRET: "", ALLOW_ANONYMOUS: "1" };
    const token = claims && (await tokenFor(claims));
    const boss = claims
      ? await withToken(object, { role: "operator" })
      : (await connectNative(pathOf(object))).client;
    const { you } = await boss.hello();
    const joined: string[] = [];
    for (let at = 0; at < 2; at++) {
      await ask(`/events/${user}/${session}`, { token, settings });
      const { participant } = await boss.next(
        "presence",
        ({ change, participant: each }) =>
          change === "joined" && each.id !== you && !joined.includes(each.id),
      );
      joined.push(participant.id);
    }
    await ask(`/send/${user}/${session}`, { method: "POST", token, settings, body: text("Hi.") });
    const typed = await boss.next("event", ({ event }) => event.author === "user");
    expect(typed.from).toBe(joined[1]);
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

  it("for another token of one subject, and for nobody else's", async () => {
    const { object } = newConversation();
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const [, user] = partsOf(object);
    const first = await withToken(object, { user, sub: "cat", jti: "1" });
    const { you } = await first.hello();
    const bob = await withToken(object, { user, sub: "bob" });
    const { you: bobs } = await bob.hello();
    boss.send({ type: "mute", on: true, who: you });
    await first.next("presence", ({ change }) => change === "muted");
    const second = await withToken(object, { user, sub: "cat", jti: "2" });
    const { you: seconds, participants } = await second.hello();
    const mutes = Object.fromEntries(participants.map(({ id, muted }) => [id, muted]));
    expect(mutes).toMatchObject({ [you]: "operator", [seconds]: "operator" });
    expect(mutes[bobs]).toBeUndefined();
  });

  it.each([
    ["a user's token", undefined],
    ["a visitor's token, which is for one session,", "anonymous"],
  ])("for the ephemeral tokens that %s makes", async (_, visitor) => {
    const { object } = newConversation("assistant", visitor);
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const [app, user, session] = partsOf(object);
    const token = await tokenFor({ user, ...(visitor && { session }), jti: "ann" });
    const ann = await withToken(object, {}, token);
    const { you } = await ann.hello();
    boss.send({ type: "mute", on: true, who: you });
    await boss.next("presence", ({ change }) => change === "muted");
    const path = `/live/${app}/${user}/${session}`;
    const made = await ask(`${path}/v1beta/auth_tokens`, { method: "POST", token, body: {} });
    const { name } = await made.json<{ name: string }>();
    const lia = new LiveClient(await askSocket(`${path}/${method}?access_token=${name}`));
    lia.send({ setup: { model } });
    const { participant } = await boss.next(
      "presence",
      ({ change, participant: each }) => change === "joined" && each.id !== you,
    );
    expect(participant.muted).toBe("operator");
  });

  it("for a connection that has renewed its token, and for the newer token", async () => {
    const { object } = newConversation();
    setAuth(object, { ...readConfig(env, agents).auth, secret, anonymous: false });
    const [, user] = partsOf(object);
    const [one = "", two = "", three = ""] = await Promise.all(
      ["1", "2", "3"].map((jti) => tokenFor({ user, jti })),
    );
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const first = await withToken(object, {}, one);
    const { you } = await first.hello();
    const renew = async (token: string) => {
      first.send({ type: "token", token });
      await first.next("token");
    };
    await renew(two);
    const second = await withToken(object, {}, two);
    const { you: other } = await second.hello();
    boss.send({ type: "mute", on: true, who: other });
    await first.next(
      "presence",
      ({ change, participant }) => change === "muted" && participant.id === you,
    );
    const old = await withToken(object, {}, one);
    const { you: oldest, participants: now } = await old.hello();
    expect(now.find(({ id }) => id === oldest)?.muted).toBe("operator");
    await renew(three);
    const third = await withToken(object, {}, three);
    const { you: last, participants } = await third.hello();
    expect(participants.find(({ id }) => id === last)?.muted).toBe("operator");
  });

  it("one person's own mute, or a mute where no token is required, is the connection's", async () => {
    const { ann, joinNative } = await nativeConversation();
    const bob = await joinNative();
    ann.send({ type: "mute", on: true });
    await ann.next("presence", ({ change }) => change === "muted");
    const { participants } = await bob.hello();
    expect(participants.filter(({ muted }) => muted)).toHaveLength(1);
    const boss = await joinNative("&role=operator");
    const { you } = await bob.hello();
    await boss.hello();
    boss.send({ type: "mute", on: true, who: you });
    await boss.next("presence", ({ change }) => change === "muted");
    const later = await joinNative();
    const { participants: all } = await later.hello();
    expect(all.filter(({ muted }) => muted === "operator").map(({ id }) => id)).toEqual([you]);
  });
});
