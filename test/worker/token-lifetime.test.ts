import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../src/core/policy/limits.ts";
import type { Directory } from "../../src/directory.ts";
import { revokeToken, revokeUser } from "../../src/protocols/revocations.ts";
import { LiveClient, method as liveMethod, model, setupComplete } from "./live-client.ts";
import { Client } from "./client.ts";
import { NativeClient } from "./native.ts";
import { loudAudio } from "./native-conversation.ts";
import { rest, runAlarm, sessionsPath } from "./rest.ts";
import { SseClient } from "./sse.ts";
import { ask, askSocket, secret, tokenFor, untilClosed } from "./tokens.ts";
import { FakeUpstreams, setAuth, setUpstream } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";

const minute = 60_000;
let count = 0;

afterEach(() => void vi.restoreAllMocks());

/** The clock of Worker and objects stands at this time, in ms since the epoch. */
const setTime = (at: number): void => void vi.spyOn(Date, "now").mockReturnValue(at);

/** A conversation of a user's, and a token for it that is valid for ten minutes. */
async function conversation(claims: object = {}, agent = "assistant") {
  const user = `tom-${++count}`;
  const object = JSON.stringify([agent, user, "one"]);
  const models = new FakeUpstreams();
  setUpstream(object, models.answer);
  setAuth(object, {
    secret,
    previousSecret: undefined,
    adminSecret: undefined,
    provider: undefined,
    anonymous: false,
  });
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = await tokenFor({ user, exp, iat: Date.now() / 1000, ...claims });
  return { user, object, models, token, expiresAt: exp * 1000 };
}

const connectNative = async (user: string, token: string) => {
  const headers = { "sec-websocket-protocol": `parley.v1, auth.${token}` };
  const client = new NativeClient(await askSocket(`/ws/${user}/one`, { headers }));
  await client.hello();
  return client;
};
const connectDemo = async (user: string, token: string) =>
  new Client(await askSocket(`/ws/${user}/one`, { token }));
const connectRunLive = async (user: string, token: string) => {
  await rest("POST", `${sessionsPath(user)}/one`, {});
  const path = `/run_live?app_name=assistant&user_id=${user}&session_id=one`;
  return new Client(await askSocket(path, { token }));
};

describe("[TOKEN10] a connection is warned a minute before its token expires, and closed when it does", () => {
  it("parley.v1", async () => {
    const { user, object, token, expiresAt } = await conversation();
    const ann = await connectNative(user, token);
    setTime(expiresAt - minute - 1);
    await runAlarm(object);
    expect(ann.of("token")).toEqual([]);
    setTime(expiresAt - minute);
    await runAlarm(object);
    expect(await ann.next("token")).toMatchObject({ expiresInMs: minute, role: "speaker" });
    setTime(expiresAt);
    await runAlarm(object);
    expect(await ann.untilClosed()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("expired"),
    });
    expect(ann.of("token")).toHaveLength(1);
    expect(await ann.next("error")).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await ann.next("goAway")).toMatchObject({ code: 1008, again: false });
  });

  it.each([
    ["bidi-demo", connectDemo],
    ["run_live", connectRunLive],
  ])("%s", async (_, connect) => {
    const { user, object, token, expiresAt } = await conversation();
    const ann = await connect(user, token);
    setTime(expiresAt - minute);
    await runAlarm(object);
    const warning = await ann.next(({ customMetadata }) => customMetadata !== undefined);
    expect(warning.customMetadata).toEqual({ token: { expiresInMs: minute, role: "speaker" } });
    setTime(expiresAt);
    await runAlarm(object);
    await ann.next(({ errorCode }) => errorCode === "UNAUTHENTICATED");
    expect(await ann.untilClosed()).toMatchObject({ code: 1008 });
  });

  it("an event stream", async () => {
    const { user, object, token, expiresAt } = await conversation();
    const { body } = await ask(`/events/${user}/one`, { token });
    if (!body) throw new Error("no stream");
    const ann = new SseClient(body);
    setTime(expiresAt - minute);
    await runAlarm(object);
    await ann.next(({ name, data }) => name === "event" && "customMetadata" in data);
    setTime(expiresAt);
    await runAlarm(object);
    await ann.untilEnded();
    expect(ann.messages.slice(-2)).toMatchObject([
      { name: "problem", data: { code: "UNAUTHENTICATED", action: "re-authenticate" } },
      { name: "goodbye", data: { code: 1008 } },
    ]);
  });

  it.each(["/run", "/run_sse"])("%s, whose run ends", async (path) => {
    const { user, object, models, token, expiresAt } = await conversation();
    const session = `${sessionsPath(user)}/one`;
    await ask(session, { method: "POST", token, body: {} });
    const newMessage = { parts: [{ text: "Hello." }] };
    const body = { appName: "assistant", userId: user, sessionId: "one", newMessage };
    const run = ask(path, { method: "POST", token, body }).then((answer) => answer.text());
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    setTime(expiresAt);
    await runAlarm(object);
    expect(await run).toContain("The token has expired");
    expect(JSON.stringify(model.received)).not.toContain("Hello.");
  });

  it("the Live API, in Google's words", async () => {
    const { user, object, models, token, expiresAt } = await conversation({ setup: "own" });
    const path = `/live/assistant/${user}/one/${liveMethod}?key=${token}`;
    const ann = new LiveClient(await askSocket(path));
    ann.send({ setup: { model } });
    const upstream = await eventually(() => {
      if (!models.all[0]?.received[0]) throw new Error("not yet");
      return models.all[0];
    });
    await upstream.send({ setupComplete: {} });
    await ann.next(setupComplete);
    setTime(expiresAt - minute);
    await runAlarm(object);
    expect(await ann.next(({ goAway }) => goAway)).toMatchObject({ goAway: { timeLeft: "60s" } });
    setTime(expiresAt);
    await runAlarm(object);
    expect(await ann.untilClosed()).toEqual({
      code: 1007,
      reason: "API key expired. Please renew the API key.",
    });
  });

  it("nothing that comes later is taken", async () => {
    const { user, token, expiresAt } = await conversation();
    const ann = await connectNative(user, token);
    setTime(expiresAt);
    ann.send({ type: "text", text: "Too late." });
    expect(await ann.next("error")).toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("expired"),
    });
    ann.send(loudAudio());
    expect(await ann.next("error")).toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("expired"),
    });
  });
});

describe("[TOKEN11] a client renews its token by a frame", () => {
  const later = (expiresAt: number) => expiresAt / 1000 + 600;

  it("and stays, by parley.v1, with a role that is not raised", async () => {
    const { user, object, token, expiresAt } = await conversation();
    const ann = await connectNative(user, token);
    const renew = async (claims: object) =>
      ann.send({ type: "token", token: await tokenFor({ exp: later(expiresAt), ...claims }) });
    await renew({ user, role: "operator" });
    expect(await ann.next("token")).toMatchObject({ role: "speaker" });
    // Else it would read too slowly when the time has passed.
    ann.ack();
    setTime(expiresAt);
    await runAlarm(object);
    await renew({ user, role: "listener" });
    expect(await ann.next("presence", ({ change }) => change === "role")).toMatchObject({
      participant: { role: "listener" },
    });
    expect(await ann.next("token")).toMatchObject({ expiresInMs: 600_000, role: "listener" });
    ann.send({ type: "text", text: "May I?" });
    expect(await ann.next("error")).toMatchObject({ code: "NOT_ALLOWED" });
    await renew({ user, role: "operator" });
    expect(await ann.next("token")).toMatchObject({ role: "listener" });
    expect(ann.closed).toBeUndefined();
  });

  it("whose role no later `hello` raises", async () => {
    const { user, token, expiresAt } = await conversation();
    const ann = await connectNative(user, token);
    const newer = await tokenFor({ user, role: "operator", exp: later(expiresAt) });
    ann.send({ type: "token", token: newer });
    await ann.next("token");
    const { participants } = await ann.hello({ role: "operator" });
    expect(participants).toMatchObject([{ role: "speaker" }]);
    expect(await ann.next("error")).toMatchObject({ message: expect.stringContaining("speaker") });
  });

  it("not again and again: each asks the directories", async () => {
    const { user, token } = await conversation();
    const ann = await connectNative(user, token);
    const frames = limits.stateChanges.value * limits.stateChanges.burstS + 50;
    for (let each = 0; each < frames; each++) ann.send({ type: "token", token });
    expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    expect(ann.of("token").length).toBeLessThan(frames);
  });

  it("not with a token for another conversation or protocol, a revoked one, or none", async () => {
    const { user, object, token, expiresAt } = await conversation();
    const ann = await connectNative(user, token);
    const exp = later(expiresAt);
    await revokeToken(env, "gone", Infinity);
    for (const other of [
      await tokenFor({ exp, user: "bob" }),
      await tokenFor({ exp, session: "two" }),
      await tokenFor({ exp, agents: ["dice"] }),
      await tokenFor({ exp, protocols: ["sse"] }),
      await tokenFor({ exp, role: "viewer" }),
      await tokenFor({ exp, jti: "gone" }),
      await tokenFor({ exp: 1 }),
      "nonsense",
    ]) {
      ann.send({ type: "token", token: other });
      expect(await ann.next("error")).toMatchObject({ code: "UNAUTHENTICATED" });
    }
    setTime(expiresAt);
    await runAlarm(object);
    expect((await ann.untilClosed()).code).toBe(1008);
  });

  it.each([
    ["bidi-demo", connectDemo, (token: string) => ({ type: "token", token })],
    ["run_live", connectRunLive, (token: string) => ({ token })],
  ])("and stays, by %s", async (_, connect, frame) => {
    const { user, object, token, expiresAt } = await conversation();
    const ann = await connect(user, token);
    ann.send(frame(await tokenFor({ user, exp: later(expiresAt) })));
    await ann.next(({ customMetadata }) => customMetadata !== undefined);
    setTime(expiresAt);
    await runAlarm(object);
    ann.send({ type: "nonsense" });
    await ann.next(({ errorCode }) => errorCode === "BAD_FRAME");
    expect(ann.closed).toBeUndefined();
  });
});

describe("[TOKEN12] an ephemeral token is revoked with all tokens of its maker's subject", () => {
  it("also where the maker's user has another name", async () => {
    const maker = await tokenFor({ user: "nora", sub: "auth0|nora", iat: 1_700_000_000 });
    const path = "/live/assistant/nora/s/v1alpha/auth_tokens";
    const made = await ask(path, { method: "POST", body: {}, token: maker });
    const { name } = await made.json<{ name: string }>();
    await revokeUser(env, "auth0_7cnora");
    const address = `/live/assistant/nora/s/${liveMethod}?access_token=${name}`;
    const { reason } = await untilClosed(await askSocket(address));
    expect(reason).toContain("revoked");
  });
});

describe("[TOKEN12] an ephemeral token of no user's token", () => {
  it("is revoked with the user's tokens from before, and one that is made later is not", async () => {
    // A back end's, which has long been valid.
    const maker = await tokenFor({ iat: 1_700_000_000 });
    const closeReason = async (path: string, name: string) => {
      const lia = new LiveClient(await askSocket(`${path}/${liveMethod}?access_token=${name}`));
      lia.send({ nonsense: 1 });
      return (await lia.untilClosed()).reason;
    };
    const path = "/live/assistant/lou/s";
    const make = async () => {
      const made = await ask(`${path}/v1alpha/auth_tokens`, {
        method: "POST",
        body: {},
        token: maker,
      });
      return (await made.json<{ name: string }>()).name;
    };
    const before = await make();
    await revokeUser(env, "lou");
    expect(await closeReason(path, before)).toContain("revoked");
    setTime(Date.now() + 1_000);
    expect(await closeReason(path, await make())).toContain("nonsense");
  });
});

describe("[TOKEN12] tokens are revoked by name, or all of a user's", () => {
  const read = async (user: string, token: string) =>
    (await ask(sessionsPath(user), { token })).status;

  it("of a user: those from before, and those that do not say when they were issued", async () => {
    const { user, object, token } = await conversation();
    const ann = await connectNative(user, token);
    expect(await read(user, token)).toBe(200);
    await revokeUser(env, user);
    expect(await read(user, token)).toBe(401);
    expect(await read(user, await tokenFor({ user }))).toBe(401);
    expect(await read(user, await tokenFor({ user, iat: Date.now() / 1000 + 1 }))).toBe(200);
    expect(await read("ida", await tokenFor({ user: "ida" }))).toBe(200);
    setTime(Date.now() + minute);
    await runAlarm(object);
    expect(await ann.untilClosed()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("revoked"),
    });
  });

  it("by its name, with the ephemeral tokens that it made", async () => {
    const { user, token } = await conversation({ jti: "laptop" });
    const other = await tokenFor({ user, jti: "phone" });
    const made = await ask("/v1beta/auth_tokens", { method: "POST", token, body: {} });
    const { name } = await made.json<{ name: string }>();
    await revokeToken(env, "laptop", Infinity);
    expect(await read(user, token)).toBe(401);
    expect(await read(user, other)).toBe(200);
    const path = `/live/assistant/${user}/one/${liveMethod}?access_token=${name}`;
    const lia = new LiveClient(await askSocket(path));
    expect((await lia.untilClosed()).reason).toContain("revoked");
  });

  it("for as long as the later of two revocations says, also when the list is full", async () => {
    const { user, token } = await conversation({ jti: "tablet" });
    const now = Date.now();
    await revokeToken(env, "tablet", now + 60_000);
    await revokeToken(env, "tablet", now + 1);
    setTime(now + 10_000);
    // Those that are over are forgotten with the next one.
    await revokeToken(env, "another tablet", now + 60_000);
    expect(await read(user, token)).toBe(401);
    const directory = env.DIRECTORY.getByName(`full-${now}`);
    await runInDurableObject(directory, (full: Directory) => {
      for (let each = 0; each < 2_000; each++) full.revokeToken(`t${each}`, Infinity, now);
      expect(full.revokeToken("another", Infinity, now)).toBe(false);
      expect(full.revokeToken("t7", Infinity, now)).toBe(true);
    });
  });

  it("refuses everyone if the list cannot be read", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const token = await tokenFor({ user: `tom-${++count}`, iat: Date.now() / 1000 });
    const broken = {
      getByName: () => ({ revocations: () => Promise.reject(new Error("secret")) }),
    };
    const response = await ask(sessionsPath(`tom-${count}`), {
      token,
      bindings: { DIRECTORY: broken },
    });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("whether the token was revoked");
    expect(printed.mock.calls).toEqual([[expect.stringMatching(/revoked tokens.*: Error$/)]]);
  });
});
