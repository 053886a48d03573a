import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { describe, expect, it, vi } from "vitest";
import { Lookup } from "../../src/conversation/live-admission.ts";
import type { ClientError } from "../../src/core/errors.ts";
import { ask } from "./tokens.ts";
import worker from "../../src/index.ts";
import { setUpstream, FakeUpstreams } from "./upstreams.ts";
import {
  connectLive,
  method,
  model,
  liveConversation,
  scriptedLive,
  setupComplete,
} from "./live-client.ts";

const secret = "a secret of the test";
const inAMinute = () => Math.floor(Date.now() / 1000) + 60;
const tokenFor = (claims: object, exp = inAMinute()) => sign({ ...claims, exp }, secret, "HS256");

const constrained = `${method}Constrained`;

/** Requests an ephemeral token as the official SDK does. */
async function createToken(path: string, body: object, key: string | undefined, needed = true) {
  const response = await worker.fetch(
    new Request(`https://parley.test${path}/v1alpha/auth_tokens`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key && { "x-goog-api-key": key }) },
      body: JSON.stringify(body),
    }),
    { ...env, ...(needed && { AUTH_SECRET: secret }) },
  );
  return { status: response.status, body: await response.json<any>() }; // oxlint-disable-line typescript/no-explicit-any
}

describe("[LIVE7] a parley token replaces Google's key in every carrier", () => {
  it.each([
    ["?key=", (token: string) => ({ query: `?key=${token}`, headers: {} })],
    ["x-goog-api-key", (token: string) => ({ query: "", headers: { "x-goog-api-key": token } })],
    ["?access_token=", (token: string) => ({ query: `?access_token=${token}`, headers: {} })],
    ["Token", (token: string) => ({ query: "", headers: { authorization: `Token ${token}` } })],
    ["Bearer", (token: string) => ({ query: "", headers: { authorization: `Bearer ${token}` } })],
  ])("%s", async (_, carry) => {
    const { path, user } = scriptedLive();
    const { query, headers } = carry(await tokenFor({ user }));
    const lia = await connectLive(`${path}/${method}${query}`, headers, secret);
    lia.send({ nonsense: 1 });
    // Admitted: the relay reads the frame and closes because of it.
    expect((await lia.untilClosed()).reason).toContain("nonsense");
  });

  it.each([
    ["no token", undefined, 1008, "unregistered callers"],
    ["not a token", "AIzaSy", 1007, "API key not valid"],
    ["a token for another user", { user: "eve" }, 1008, "another user"],
    ["an expired token", { exp: 1 }, 1007, "API key expired"],
  ])(
    "an invalid token is reported after the upgrade, in Google's text: %s",
    async (_, credential, code, expected) => {
      const { path } = liveConversation();
      const key =
        typeof credential === "object"
          ? await tokenFor(credential, "exp" in credential ? 1_000 : inAMinute())
          : credential;
      const lia = await connectLive(`${path}/${method}${key ? `?key=${key}` : ""}`, {}, secret);
      expect(await lia.untilClosed()).toMatchObject({
        code,
        reason: expect.stringContaining(expected),
      });
      expect(lia.messages).toEqual([]);
    },
  );

  it("reports an unknown agent and a foreign page; answers a plain request with a status", async () => {
    const refused = await connectLive(`/live/nobody/lia/s/${method}`);
    expect(await refused.untilClosed()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("nobody"),
    });
    const foreign = await connectLive(`/${method}`, { origin: "https://evil.example" });
    expect((await foreign.untilClosed()).code).toBe(1008);
    const plain = await worker.fetch(new Request(`https://parley.test//${method}`), env);
    expect(plain.status).toBe(426);
  });
});

describe("[TOKEN8] a token for some agents resumes no conversation of another one", () => {
  it.each([
    [["dice"], "BidiGenerateContent session not found"],
    [["dice", "assistant"], undefined],
  ])("a token for %j", async (permitted, reason) => {
    const { path, user, models } = scriptedLive();
    const lia = await connectLive(`${path}/${method}?key=${await tokenFor({ user })}`, {}, secret);
    lia.send({ setup: { model, sessionResumption: {} } });
    await (await models.connection(0)).send({ setupComplete: {} });
    const { sessionResumptionUpdate } = await lia.next(
      (message) => message["sessionResumptionUpdate"],
    );
    const token = await tokenFor({ user, agents: permitted });
    const again = await connectLive(`//${method}?key=${token}`, {}, secret);
    const handle = sessionResumptionUpdate.newHandle;
    again.send({ setup: { model, sessionResumption: { handle } } });
    if (reason === undefined) await again.next(setupComplete);
    else expect(await again.untilClosed()).toEqual({ code: 1008, reason });
  });
});

describe("[LIVE8] an ephemeral token begins as many sessions as it has uses, with the setup that its creator locked", () => {
  it("replaces the client's setup; counts uses, but not resumptions", async () => {
    const { path, user, session, models } = scriptedLive();
    const setup = {
      model,
      systemInstruction: { parts: [{ text: "Be kind." }] },
      generationConfig: { temperature: 0.5 },
      sessionResumption: {},
    };
    const { status, body } = await createToken(
      path,
      { bidiGenerateContentSetup: setup },
      await tokenFor({ setup: "own" }),
    );
    expect([status, body.name]).toEqual([200, expect.stringMatching(/^auth_tokens\//)]);
    const connectWithToken = () =>
      connectLive(`//${constrained}?access_token=${body.name}`, {}, secret);
    const lia = await connectWithToken();
    lia.send({ setup: { model: "models/other", generationConfig: { temperature: 2 } } });
    while (!models.all[0]?.received[0]) await scheduler.wait(1);
    const [upstream] = models.all;
    expect(upstream?.received[0]).toMatchObject({
      setup: {
        model,
        generationConfig: { temperature: 0.5 },
        systemInstruction: { parts: [{}, { text: "Be kind." }] },
      },
    });
    await upstream?.send({ setupComplete: {} });
    const { sessionResumptionUpdate } = await lia.next(
      (message) => message["sessionResumptionUpdate"],
    );
    const spent = await connectWithToken();
    spent.send({ setup: { model } });
    expect(await spent.untilClosed()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("no uses left"),
    });
    const again = await connectWithToken();
    again.send({
      setup: { model, sessionResumption: { handle: sessionResumptionUpdate.newHandle } },
    });
    await again.next(setupComplete);
    expect(JSON.parse(atob(body.name.split(".")[1]))).toMatchObject({ user, session });
  });

  it("closes a client that only listens when it expires, and not before", async () => {
    const { path, object, models } = scriptedLive();
    const expireTime = new Date(Date.now() + 1_000).toISOString();
    const { body } = await createToken(path, { expireTime }, undefined, false);
    const lia = await connectLive(`${path}/${method}?key=${body.name}`);
    lia.send({ setup: { model } });
    while (!models.all[0]?.received[0]) await scheduler.wait(1);
    const stub = env.CONVERSATION.getByName(object);
    const { exp } = JSON.parse(atob(body.name.split(".")[1]));
    while (!lia.closed) await runDurableObjectAlarm(stub);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(lia.closed).toMatchObject({ code: 1007, reason: expect.stringContaining("expired") });
  });

  it("locks only the fields that the mask names", async () => {
    const { path, models } = scriptedLive();
    const { body } = await createToken(
      path,
      {
        uses: 0,
        field_mask: "generationConfig.temperature,systemInstruction",
        bidi_generate_content_setup: { generation_config: { temperature: 0.1 } },
      },
      undefined,
      false,
    );
    const lia = await connectLive(`${path}/${method}?key=${body.name}`);
    lia.send({
      setup: {
        model,
        generationConfig: { temperature: 2, topK: 3 },
        systemInstruction: { parts: [{ text: "Mine." }] },
      },
    });
    while (!models.all[0]?.received[0]) await scheduler.wait(1);
    const [{ setup }] = models.all[0].received as [{ setup: any }]; // oxlint-disable-line typescript/no-explicit-any
    expect(setup.generationConfig).toMatchObject({ temperature: 0.1, topK: 3 });
    expect(JSON.stringify(setup)).not.toContain("Mine.");
  });

  it.each([
    ["no token", undefined, {}, 401, "UNAUTHENTICATED"],
    ["a token for another", { user: "eve" }, {}, 401, "UNAUTHENTICATED"],
    [
      "an expiry too far ahead",
      {},
      { expireTime: "2099-01-01T00:00:00Z" },
      400,
      "INVALID_ARGUMENT",
    ],
    ["a mask without a setup", {}, { fieldMask: "model" }, 400, "INVALID_ARGUMENT"],
    ["a negative number of uses", {}, { uses: -1 }, 400, "INVALID_ARGUMENT"],
  ])("is not made with %s", async (_, claims, body, code, status) => {
    const { path } = liveConversation();
    const key = claims && (await tokenFor(claims));
    expect(await createToken(path, body, key)).toMatchObject({
      status: code,
      body: { error: { code, status } },
    });
  });

  it("made by a token and an address that name nothing, is valid for one new conversation and no other", async () => {
    const { path } = scriptedLive();
    const { body } = await createToken("", { uses: 0 }, await tokenFor({ setup: "own" }));
    const claims = JSON.parse(atob(body.name.split(".")[1]));
    expect(claims).toMatchObject({
      app: "assistant",
      user: "anonymous",
      session: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    const eve = await connectLive(`${path}/${constrained}?access_token=${body.name}`, {}, secret);
    expect(await eve.untilClosed()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("for another"),
    });
    const models = new FakeUpstreams();
    const own = [claims.app, claims.user, claims.session];
    setUpstream(JSON.stringify(own), models.answer);
    const lia = await connectLive(`//${constrained}?access_token=${body.name}`, {}, secret);
    lia.send({ setup: { model, systemInstruction: { parts: [{ text: "Only me." }] } } });
    while (!models.all[0]?.received[0]) await scheduler.wait(1);
    expect(models.all[0].received[0]).toMatchObject({
      setup: { systemInstruction: { parts: [{ text: "Only me." }] } },
    });
  });

  it("reports a failed lookup as unavailable, and prints only the error's name", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const refused = Promise.withResolvers<ClientError>();
    const liveClient = { ephemeralToken: { id: "secret-id", until: 1 }, bound: {} };
    const connection = { isOpen: true, liveClient };
    const context = {
      env: {},
      platform: { config: () => ({ auth: { secret, anonymous: false } }) },
      sessionStore: {
        identity: { app: "assistant", user: "lia", session: "s" },
        exists: true,
      },
      refuse: (_: unknown, error: ClientError) => refused.resolve(error),
    };
    const lookup = new Lookup(context as never, connection as never, {} as never);
    await lookup.run({ model });
    expect((await refused.promise).close).toBe(1013);
    expect(printed.mock.calls).toEqual([[expect.stringMatching(/token.*: ConfigError$/)]]);
    printed.mockRestore();
  });

  it("is not made by an ephemeral token; one that was never made opens nothing, even without required tokens", async () => {
    const { path } = liveConversation();
    const { body } = await createToken(path, {}, await tokenFor({}));
    expect((await createToken(path, {}, body.name)).status).toBe(403);
    const eve = await connectLive(`${path}/${constrained}?access_token=auth_tokens/made-up`);
    expect(await eve.untilClosed()).toMatchObject({ code: 1007 });
    // An ephemeral token is no parley token: the token check must not accept it.
    const token = body.name.slice("auth_tokens/".length);
    const other = await connectLive(`${path}/${method}?key=${token}`, {}, secret);
    expect((await other.untilClosed()).reason).toContain("not valid");
  });
});

it("[TOKEN18] an ephemeral token opens the Live API alone", async () => {
  const { path, object } = liveConversation();
  const [, user, session] = JSON.parse(object) as string[];
  const { body } = await createToken(path, {}, await tokenFor({ user }));
  const sessions = `/apps/assistant/users/${user}/sessions`;
  for (const [method, route] of [
    ["GET", sessions],
    ["DELETE", `${sessions}/${session}`],
    ["POST", "/run"],
    ["GET", `/events/${user}/${session}`],
    ["POST", `/send/${user}/${session}`],
  ] as const) {
    const { status } = await ask(route, {
      method,
      token: body.name,
      ...(method === "POST" && {
        body: { appName: "assistant", userId: user, sessionId: session, newMessage: {} },
      }),
    });
    expect([route, status]).toEqual([route, 401]);
  }
});
