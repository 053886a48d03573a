/** Exceptions that a frame may cause, in every protocol. The test makes the relay's own code throw. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { Engine } from "../../src/conversation/engine.ts";
import { Guardrail } from "../../src/conversation/guardrail.ts";
import { Presence } from "../../src/conversation/presence.ts";
import { Requests } from "../../src/conversation/requests.ts";
import { connect, connectedConversation, newConversation } from "./client.ts";
import { connectLive, method } from "./live-client.ts";
import { nativeConversation } from "./native-conversation.ts";
import { protocols } from "./protocols.ts";
import { rest, sessionsPath } from "./rest.ts";
import { post } from "./run.ts";
import { connectSse, postSse, text } from "./sse.ts";
import { ask, secret } from "./tokens.ts";
import { setAgent } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";

afterEach(() => void vi.restoreAllMocks());

/** Fails as a recursion over a client's JSON would. */
const broken = () => {
  throw new RangeError(`Maximum call stack size exceeded: ${"secret ".repeat(1000)}`);
};

const operatorLog = () => vi.spyOn(console, "error").mockReturnValue();

const expectOneLine = (
  { mock }: ReturnType<typeof operatorLog>,
  line = /^parley: a frame of \S+ could not be handled: RangeError$/,
): void => {
  // Conversations of other tests may end meanwhile, and say so.
  const lines = mock.calls
    .map((call) => call.join(" "))
    .filter((line) => !line.startsWith("parley: UPSTREAM_"));
  expect(lines).toEqual([expect.stringMatching(line)]);
};

/** The conversation of a native client, and one more client of a protocol in it. */
async function besideNative(name: string) {
  const conversation = newConversation();
  const [app = "", user = "", session = ""] = JSON.parse(conversation.object) as string[];
  await rest("POST", sessionsPath(user, app), { sessionId: session });
  const [other, client] = [protocols[2], protocols.find((each) => each.name === name)];
  const healthy = await other!.connect({ app, user, session });
  const model = await conversation.models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { model, healthy, client: await client!.connect({ app, user, session }) };
}

describe("[LINK27] An exception while the relay handles a message of the model", () => {
  it("is a loss of the connection, and one line for the operator", async () => {
    const log = operatorLog();
    const { ann, model, models } = await connectedConversation();
    const word = { serverContent: { outputTranscription: { text: "Once" } } };
    await model.send(word);
    await ann.next();
    const failing = vi.spyOn(Engine.prototype, "onServerMessage").mockImplementationOnce(broken);
    await model.send(word);
    failing.mockRestore();
    await ann.next(({ errorCode }) => errorCode === "UPSTREAM_LOST");
    await model.until(({ closed }) => closed !== undefined);
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} }, { serverContent: { turnComplete: true } });
    await ann.next((event) => event.turnComplete === true);
    expectOneLine(log, /^parley: a message of the model could not be handled: RangeError$/);
  });
});

describe("[WIRE8] An exception while the relay handles a frame must reach its sender as an error in words", () => {
  it.each(protocols.map(({ name }) => name).filter((name) => name !== "server-sent events"))(
    "%s: its sender is told, and the others go on",
    async (name) => {
      const { model, healthy, client } = await besideNative(name);
      const print = operatorLog();
      const handle = vi.spyOn(Requests.prototype, "handle").mockImplementationOnce(broken);
      await client.sendText("It breaks.");
      await eventually(() => expect(client.view().problems.join()).toContain("could not handle"));
      expect(handle).toHaveBeenCalled();
      expectOneLine(print);
      await healthy.sendText("And I?");
      await model.until(({ received }) => JSON.stringify(received).includes("And I?"));
      expect(healthy.view().problems).toEqual([]);
      expect(client.closed()).toBe(name === "Live API");
    },
  );

  it("after a hook's verdict, which comes later", async () => {
    const verdict = Promise.withResolvers<undefined>();
    const careful = agent({
      name: "careful",
      model: "gemini-3.8-live",
      hooks: { beforeModel: () => verdict.promise },
    });
    const { ann } = await connectedConversation(careful);
    const print = operatorLog();
    vi.spyOn(Guardrail.prototype, "checkTyped").mockImplementationOnce(async () => {
      await verdict.promise;
      return broken();
    });
    ann.send({ type: "text", text: "It breaks." });
    verdict.resolve(undefined);
    const { errorCode } = await ann.next((event) => event.errorCode !== undefined);
    expect(errorCode).toBe("INTERNAL");
    expectOneLine(print);
  });

  it("by POST /send", async () => {
    const [, user = "", session = ""] = JSON.parse(newConversation().object) as string[];
    const stream = await connectSse(`/events/${user}/${session}`);
    const print = operatorLog();
    vi.spyOn(Requests.prototype, "post").mockImplementationOnce(broken);
    expect(await postSse(`/send/${user}/${session}`, text("It breaks."))).toMatchObject({
      code: "INTERNAL",
      error: expect.stringContaining("could not handle"),
    });
    expectOneLine(print);
    expect(stream.messages).toEqual([]);
  });

  it("while a newer token is verified", async () => {
    const { ann } = await nativeConversation();
    const print = operatorLog();
    vi.spyOn(Presence.prototype, "keepMute").mockImplementationOnce(broken);
    ann.send({ type: "token", token: "any" });
    expect(await ann.next("error")).toMatchObject({ code: "INTERNAL" });
    expectOneLine(print);
    expect(ann.closed).toBeUndefined();
  });

  it("in a run, which ends with the error", async () => {
    const { object, models } = newConversation();
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    setAgent(object, agent({ name: "assistant", model: "gemini-3.8-live" }));
    await rest("POST", sessionsPath(user, app), { sessionId: session });
    const print = operatorLog();
    vi.spyOn(Engine.prototype, "receiveInput").mockImplementationOnce(broken);
    const body = {
      appName: app,
      userId: user,
      sessionId: session,
      newMessage: { parts: [{ text: "It breaks." }] },
    };
    const response = await post("/run", body);
    expect(await response.json()).toMatchObject([{ errorCode: "INTERNAL" }]);
    expectOneLine(print);
    expect(models.all).toHaveLength(1);
  });
});

describe("[WIRE11] What a frame costs must not grow with the number of its faults", () => {
  const many = (text: string, count: number): string =>
    Array.from({ length: count }, () => text).join(",");

  it("a number that is too large is refused in words, by every protocol", async () => {
    const numbers = `{"a":[${many("1e999", 1_000)}]}`;
    const state = `{"type":"state","delta":${numbers}}`;
    const { ann, join } = await nativeConversation();
    ann.send(state);
    expect(await ann.next("error")).toMatchObject({
      code: "BAD_FRAME",
      message: expect.stringContaining("has a number that is too large"),
    });
    const bob = await join();
    bob.send(state);
    expect(await bob.next(({ errorCode }) => errorCode !== undefined)).toMatchObject({
      errorMessage: expect.stringContaining("has a number that is too large"),
    });
    for (const [path, body] of [
      ["/run", `{"userId":"ann","sessionId":"x","stateDelta":${numbers}}`],
      [sessionsPath("ann"), `{"state":${numbers}}`],
      ["/v1alpha/auth_tokens", `{"uses":-1e999}`],
    ] as const) {
      const { status, body: refusal } = await rest("POST", path, body);
      expect([400, 422]).toContain(status);
      expect(JSON.stringify(refusal)).toContain("has a number that is too large");
    }
  });

  it.each([
    ["/run", `{"userId":"ann","sessionId":"x","newMessage":{"parts":[${many("0", 90)}]}}`],
    [sessionsPath("ann"), `{"events":[${many("0", 9_000)}]}`],
    [sessionsPath("ann"), `{"events":[{"author":"a","content":{"parts":[${many("0", 9_000)}]}}]}`],
    [sessionsPath("ann"), `{"events":[${many(`{"author":"a","longRunningToolIds":[0,0]}`, 9)}]}`],
    [sessionsPath("ann"), `{"events":[{"author":"a","actions":{"route":[{},{}]}}]}`],
    [sessionsPath("ann"), `{"events":[{"author":"a","actions":{"renderUiWidgets":[0,0]}}]}`],
  ])("%s reads a list up to its first wrong element", async (path, body) => {
    const { status, body: refusal } = await rest("POST", path, body);
    expect([status, refusal.detail]).toEqual([422, [expect.any(Object)]]);
  });

  it("a list of more than 10,000 elements is refused before one of them is read", async () => {
    const body = `{"events":[${many("{}", 10_001)}]}`;
    const { status, body: refusal } = await rest("POST", sessionsPath("ann"), body);
    expect([status, JSON.stringify(refusal)]).toEqual([422, expect.stringContaining("10000")]);
  });

  it("an error quotes no more than the beginning of a name", async () => {
    const { ann } = await nativeConversation();
    ann.send(`{"type":"approve","id":1,"${"k".repeat(1_000)}":1}`);
    ann.send(`{"type":"${"k".repeat(1_000)}"}`);
    for (const _ of [1, 2]) expect((await ann.next("error")).message.length).toBeLessThan(500);
  });
});

describe("[WIRE12] JSON of too many values is refused before it is parsed", () => {
  /** @param count of its commas and brackets. */
  const values = (count: number): string => `[${"0,".repeat(count - 1)}0]`;

  it("by the routes and the sockets, in words", async () => {
    const state = values(400_001);
    for (const [path, body] of [
      ["/run", `{"stateDelta":${state}}`],
      [sessionsPath("ann"), `{"state":${state}}`],
      ["/v1alpha/auth_tokens", `{"uses":${state}}`],
    ] as const) {
      const { status, body: refusal } = await rest("POST", path, body);
      expect([400, 422]).toContain(status);
      expect(JSON.stringify(refusal)).toContain("has more than 400000 commas and opening brackets");
    }
    const { ann } = await nativeConversation();
    ann.send(`{"type":"state","delta":{"a":${state}}}`);
    expect((await ann.next("error")).message).toContain("has more than 400000 commas");
  });

  it("and one of as many is parsed, whatever its texts hold", async () => {
    const text = String.raw`${String.raw`\\\"[{,`.repeat(20_000)}\\`;
    const { ann } = await nativeConversation();
    ann.send(`{"type":"text","text":" ","x":["${text}"],"y":${values(399_990)}}`);
    expect((await ann.next("error")).message).toContain('"text" is empty');
  });
});

describe("[WIRE7] One parser must read the JSON of every protocol and route", () => {
  const open = { settings: { AUTH_SECRET: "", ALLOW_ANONYMOUS: "1" } };
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  it("parley.v1: state nested 1,500 deep is refused in words, 97 is taken", async () => {
    const { ann } = await nativeConversation();
    const print = operatorLog();
    ann.send(`{"type":"state","delta":{"a":${nested(1_500)}}}`);
    const { code, message } = await ann.next("error");
    expect(code).toBe("BAD_FRAME");
    expect(message).toContain("nested deeper than 100 levels");
    ann.send(`{"type":"state","delta":{"a":${nested(97)}}}`);
    const { event } = await ann.next("event", ({ event }) => "a" in event.actions.stateDelta);
    expect(JSON.stringify(event.actions.stateDelta["a"])).toBe(nested(97));
    expect(print).not.toHaveBeenCalled();
  });

  it("ADK's protocols and the Live API, in their words", async () => {
    const { object, join } = newConversation();
    const [, user = "", session = ""] = JSON.parse(object) as string[];
    await rest("POST", sessionsPath(user), { sessionId: session });
    const demo = await join();
    const path = `/run_live?app_name=assistant&user_id=${user}&session_id=${session}`;
    for (const client of [demo, await connect(path)]) {
      client.send(`{"type":"text","text":"a","x":${nested(1_500)}}`);
      const { errorMessage } = await client.next(({ errorCode }) => errorCode !== undefined);
      expect(errorMessage).toContain("100 levels");
    }
    const lia = await connectLive(`/live/assistant/${user}/${session}/${method}`);
    lia.send(`{"setup":{"model":"m","x":${nested(1_500)}}}`);
    expect(await lia.untilClosed()).toMatchObject({
      code: 1007,
      reason: expect.stringContaining("100 levels"),
    });
    const stream = await ask(`/events/${user}/${session}`, open);
    const sent = await ask(`/send/${user}/${session}`, {
      ...open,
      method: "POST",
      body: { mime_type: "text/plain", data: "a", x: JSON.parse(nested(1_500)) as object },
    });
    expect(await sent.text()).toContain("100 levels");
    await stream.body?.cancel();
  });

  it.each([
    ["PATCH", `${sessionsPath("ann")}/deep`, {}],
    ["POST", `${sessionsPath("ann")}/deep/artifacts`, {}],
    ["POST", "/api/tokens", { AUTH_SECRET: secret, ADMIN_SECRET: secret }],
    ["POST", "/api/tokens/revoke", { AUTH_SECRET: secret, ADMIN_SECRET: secret }],
  ])("%s %s", async (verb, path, settings) => {
    const body = { a: JSON.parse(nested(1_500)) as object };
    const token = "AUTH_SECRET" in settings ? secret : undefined;
    const response = await ask(path, {
      ...open,
      method: verb,
      body,
      token,
      settings: { ...open.settings, ...settings },
    });
    expect([400, 422]).toContain(response.status);
    expect(await response.text()).toContain("100 levels");
  });

  it.each([
    ["/run", `{"userId":"ann","sessionId":"x","a":${nested(1_500)}}`],
    ["/run_sse", `{"userId":"ann","sessionId":"x","a":${nested(1_500)}}`],
    [sessionsPath("ann"), `{"state":{"a":${nested(1_500)}}}`],
    ["/v1alpha/auth_tokens", `{"uses":${nested(1_500)}}`],
  ])("%s", async (path, body) => {
    const response = await rest("POST", path, body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(JSON.stringify(response.body)).toContain("100 levels");
  });
});
