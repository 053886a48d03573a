/** Budgets in the middle of a conversation, with a scripted model whose receipts say what it billed. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Conversation } from "../../src/conversation/conversation.ts";
import {
  conversation,
  goodbye,
  isGoodbye,
  receiptOf,
  spyOnReports,
  turn,
  turnEnd,
} from "./budget-conversation.ts";
import { Client } from "./client.ts";
import {
  LiveClient,
  method as liveMethod,
  model as liveModel,
  setupComplete,
} from "./live-client.ts";
import { transcriptMessage } from "./native-conversation.ts";
import { runAlarm } from "./rest.ts";
import { SseClient } from "./sse.ts";
import { ask, askSocket, tokenFor, untilClosed } from "./tokens.ts";
import { eventually } from "../support/eventually.ts";

const minute = 60_000;
let count = 0;

afterEach(() => void vi.restoreAllMocks());

const setTime = (at: number): void => void vi.spyOn(Date, "now").mockReturnValue(at);

describe("[BUDGET4] a client is warned once when 80 % of a budget is used, in the form of its protocol", () => {
  const limits = { conversation: { usd: 0.01 } };

  it("parley.v1", async () => {
    const { join, connectModel } = conversation(limits);
    const ann = await join();
    const model = await connectModel();
    await turn(ann, model, 0.0079);
    await ann.event(({ turnComplete }) => turnComplete === true);
    expect(ann.of("budget")).toEqual([]);
    await turn(ann, model, 0.0003);
    expect(await ann.next("budget")).toMatchObject({
      scope: "conversation",
      of: "usd",
      used: 0.81,
    });
    await turn(ann, model, 0.0001);
    await ann.event(({ turnComplete }) => turnComplete === true);
    expect(ann.of("budget")).toHaveLength(1);
    const bob = await join();
    expect(await bob.next("budget")).toMatchObject({ used: 0.82 });
  });

  it.each([
    ["bidi-demo", (path: string) => path],
    [
      "run_live",
      (path: string) => {
        const [, , user = "", session = ""] = path.split("/");
        return `/run_live?app_name=assistant&user_id=${user}&session_id=${session}`;
      },
    ],
  ])("%s", async (name, address) => {
    const { path, token, user, session, connectModel } = conversation(limits);
    const credential = await token();
    if (name === "run_live")
      await ask(`/apps/assistant/users/${user}/sessions/${session}`, {
        method: "POST",
        token: credential,
        body: {},
      });
    const ann = new Client(await askSocket(address(path), { token: credential }));
    const model = await connectModel();
    await model.send(transcriptMessage("Hello."), { ...turnEnd, ...receiptOf(0.009) });
    const warning = await ann.next(({ customMetadata }) => customMetadata !== undefined);
    expect(warning.customMetadata).toEqual({
      budget: { scope: "conversation", of: "usd", used: 0.9 },
    });
  });

  it("an event stream", async () => {
    const { user, session, token, connectModel } = conversation(limits);
    const { body } = await ask(`/events/${user}/${session}`, { token: await token() });
    if (!body) throw new Error("no stream");
    const ann = new SseClient(body);
    const model = await connectModel();
    await model.send(transcriptMessage("Hello."), { ...turnEnd, ...receiptOf(0.009) });
    await ann.next(({ name, data }) => name === "event" && "customMetadata" in data);
  });

  it("the Live API, to a client that asked for the state of the relay", async () => {
    const { user, session, token, connectModel } = conversation(limits);
    const credential = await token({ setup: "own" });
    const path = `/live/assistant/${user}/${session}/${liveMethod}?lifecycle=1&key=${credential}`;
    const ann = new LiveClient(await askSocket(path));
    ann.send({ setup: { model: liveModel } });
    const model = await connectModel();
    await ann.next(setupComplete);
    await model.send(transcriptMessage("Hello."), { ...turnEnd, ...receiptOf(0.009) });
    expect(await ann.next(({ parley }) => parley)).toMatchObject({
      parley: { budget: { scope: "conversation", of: "usd", used: 0.9 } },
    });
  });
});

describe("[BUDGET5] a conversation whose budget is used up takes no more input, says goodbye and closes with 4402", () => {
  it("after the turn that used it up", async () => {
    const { join, connectModel, object } = conversation({ conversation: { usd: 0.01 } });
    const [ann, bob] = [await join(), await join({ role: "listener" })];
    const model = await connectModel();
    await turn(ann, model, 0.02);
    await model.until(isGoodbye);
    ann.send({ type: "text", text: "One more thing." });
    expect(await ann.next("error")).toMatchObject({ code: "BUDGET_SPENT" });
    expect(JSON.stringify(model.received)).not.toContain("One more thing.");
    await model.send(transcriptMessage("Goodbye, then."), { ...turnEnd, ...receiptOf(0.001) });
    for (const client of [ann, bob]) {
      expect(await client.untilClosed()).toMatchObject({
        code: 4402,
        reason: expect.stringContaining("The budget of this conversation is used up (money)"),
      });
      expect(await client.next("goAway")).toMatchObject({ code: 4402, again: false });
    }
    const said = await runInDurableObject(
      env.CONVERSATION.getByName(object),
      (each: Conversation) => JSON.stringify(each.transcript()),
    );
    expect(said).toContain("Goodbye, then.");
  });

  it("not in the middle of an answer", async () => {
    const { join, connectModel } = conversation({ conversation: { usd: 0.01 } });
    const ann = await join();
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => JSON.stringify(received).includes("a story"));
    await model.send({ ...transcriptMessage("Once"), ...receiptOf(0.02) });
    ann.send({ type: "text", text: "Stop." });
    expect(await ann.next("error")).toMatchObject({ code: "BUDGET_SPENT" });
    expect(isGoodbye(model)).toBe(false);
    await model.send(transcriptMessage(" upon a time."), turnEnd);
    await model.until(isGoodbye);
    await model.send(transcriptMessage("Bye."), turnEnd);
    expect(await ann.untilClosed()).toMatchObject({ code: 4402 });
  });

  it("a receipt that refines another of the same turn counts once", async () => {
    const { join, connectModel } = conversation({ conversation: { usd: 0.01 } });
    const ann = await join();
    const model = await connectModel();
    await model.send({ ...transcriptMessage("One"), ...receiptOf(0.006) });
    await model.send({ ...transcriptMessage(" two."), ...receiptOf(0.007), ...turnEnd });
    await ann.event(({ turnComplete }) => turnComplete === true);
    await model.send({ ...receiptOf(0.007) });
    await turn(ann, model, 0.0002);
    await ann.event(({ turnComplete }) => turnComplete === true);
    expect(ann.of("budget")).toEqual([]);
  });

  it("at once if no session is there to say goodbye", async () => {
    const { join, connectModel, models } = conversation({ conversation: { usd: 0.01 } });
    const ann = await join();
    const model = await connectModel();
    await model.send({ ...transcriptMessage("Once"), ...receiptOf(0.02) });
    await model.close(1011, "Internal error");
    await models.connection(1);
    expect(await ann.untilClosed()).toMatchObject({ code: 4402 });
  });
});

describe("[BUDGET6] a new client of a budget that is used up is refused in words, by every protocol", () => {
  it("with HTTP 402 or the close code 4402", async () => {
    const { join, connectModel, user, session, path, token } = conversation({
      conversation: { usd: 0.01 },
    });
    const ann = await join();
    const model = await connectModel();
    await turn(ann, model, 0.02);
    await model.until(isGoodbye);
    await model.send(...goodbye);
    await ann.untilClosed();
    const credential = await token({ setup: "own" });
    const words = /The budget of this conversation is used up/;
    const newMessage = { role: "user", parts: [{ text: "Hello?" }] };
    const body = { appName: "assistant", userId: user, sessionId: session, newMessage };
    for (const route of ["/run", "/run_sse"]) {
      const response = await ask(route, { method: "POST", token: credential, body });
      expect(response.status).toBe(402);
      expect(await response.text()).toMatch(words);
    }
    const stream = await ask(`/events/${user}/${session}`, { token: credential });
    expect(stream.status).toBe(402);
    expect(await stream.json()).toMatchObject({
      code: "BUDGET_SPENT",
      message: expect.stringMatching(words),
    });
    const headers = { "sec-websocket-protocol": `parley.v1, auth.${credential}` };
    const live = `/live/assistant/${user}/${session}/${liveMethod}?key=${credential}`;
    for (const socket of [
      await askSocket(path, { headers }),
      await askSocket(path, { token: credential }),
      await askSocket(live),
    ])
      expect(await untilClosed(socket)).toMatchObject({
        code: 4402,
        reason: expect.stringMatching(words),
      });
  });
});

describe("[BUDGET7] what a user spends on a day counts in all conversations", () => {
  it("each learns at its next receipt, and the next day begins anew", async () => {
    const limits = { day: { usd: 0.01 } };
    const noon = Date.UTC(2026, 10, 29, 12);
    setTime(noon);
    const exp = noon / 1000 + 3 * 86_400;
    const [one, two] = [conversation(limits), conversation({})];
    const other = conversation(limits, one.user);
    const [ann, bob] = [await one.join({ exp }), await other.join({ exp })];
    const [annsModel, bobsModel] = [await one.connectModel(), await other.connectModel()];
    await turn(ann, annsModel, 0.006);
    await ann.event(({ turnComplete }) => turnComplete === true);
    await turn(bob, bobsModel, 0.003);
    expect(await bob.next("budget")).toMatchObject({ scope: "day", of: "usd", used: 0.9 });
    await turn(bob, bobsModel, 0.002);
    await bobsModel.until(isGoodbye);
    await bobsModel.send(...goodbye);
    expect(await bob.untilClosed()).toMatchObject({
      code: 4402,
      reason: expect.stringContaining("Today's budget of this user"),
    });
    // Another user's conversation goes on.
    const kim = await two.join({ exp });
    await turn(kim, await two.connectModel(), 0.5);
    await kim.event(({ turnComplete }) => turnComplete === true);
    const third = conversation(limits, one.user);
    const credential = await third.token({ exp });
    const address = `/events/${third.user}/${third.session}`;
    expect((await ask(address, { token: credential })).status).toBe(402);
    setTime(noon + 86_400_000);
    const { status, body } = await ask(address, { token: credential });
    expect(status).toBe(200);
    await body?.cancel();
  });
});

describe("[BUDGET8] a token's budget counts the conversations of that token, and those of the tokens it made", () => {
  it("its client alone is disconnected, and others of the conversation go on", async () => {
    const { join, connectModel, path, token } = conversation({});
    const claims = { jti: `lena-${++count}`, budget: { usd: 0.01 } };
    const [ann, bob] = [await join(claims), await join()];
    const model = await connectModel();
    await turn(ann, model, 0.02);
    expect(await ann.untilClosed()).toMatchObject({
      code: 4402,
      reason: expect.stringContaining("The budget of this token"),
    });
    await turn(bob, model, 0.02);
    await bob.event(({ turnComplete }) => turnComplete === true);
    expect(isGoodbye(model)).toBe(false);
    expect(bob.closed).toBeUndefined();
    const headers = { "sec-websocket-protocol": `parley.v1, auth.${await token(claims)}` };
    expect(await untilClosed(await askSocket(path, { headers }))).toMatchObject({ code: 4402 });
  });

  it("in all conversations together, with a goodbye where nobody else speaks", async () => {
    const claims = { jti: `lena-${++count}`, budget: { tokens: 1_000 } };
    const one = conversation({});
    const other = conversation({}, one.user);
    const [ann, bob] = [await one.join(claims), await other.join(claims)];
    const [annsModel, bobsModel] = [await one.connectModel(), await other.connectModel()];
    await turn(ann, annsModel, 500 * 12e-6);
    await ann.event(({ turnComplete }) => turnComplete === true);
    await turn(bob, bobsModel, 600 * 12e-6);
    await bobsModel.until(isGoodbye);
    await bobsModel.send(...goodbye);
    expect(await bob.untilClosed()).toMatchObject({
      code: 4402,
      reason: expect.stringContaining("(tokens)"),
    });
    await turn(ann, annsModel, 12e-6);
    await annsModel.until(isGoodbye);
  });

  it("a budget without a name for its token is refused", async () => {
    const token = await tokenFor({ user: "ann", budget: { usd: 1 } });
    const response = await ask("/events/ann/one", { token });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining("jti") });
  });

  it("an ephemeral token spends what its maker may", async () => {
    const { user, session, connectModel, join } = conversation({});
    const claims = { jti: `lena-${++count}`, budget: { usd: 0.01 }, setup: "own" };
    const ann = await join(claims);
    await turn(ann, await connectModel(), 0.02);
    const model = await connectModel();
    await model.until(isGoodbye);
    await model.send(...goodbye);
    await ann.untilClosed();
    const maker = await tokenFor({ user, ...claims });
    const made = await ask("/v1alpha/auth_tokens", {
      method: "POST",
      headers: { "x-goog-api-key": maker },
      body: {},
    });
    const { name } = await made.json<{ name: string }>();
    const address = `/live/assistant/${user}/${session}/${liveMethod}?access_token=${name}`;
    expect(await untilClosed(await askSocket(address))).toMatchObject({ code: 4402 });
  });
});

describe("[BUDGET9] minutes of a conversation count while a client that may speak is connected", () => {
  it("are looked at by alarm, and a pause does not count", async () => {
    const start = Date.now();
    setTime(start);
    const exp = Math.floor(start / 1000) + 7_200;
    const { join, connectModel, object } = conversation({ conversation: { minutes: 0.1 } });
    const ann = await join({ exp });
    const model = await connectModel();
    setTime(start + 3_000);
    ann.close();
    await eventually(async () => expect(await participants(object)).toBe(0));
    setTime(start + minute);
    const bob = await join({ exp });
    setTime(start + minute + 1_700);
    await runAlarm(object);
    expect(bob.of("budget")).toEqual([]);
    setTime(start + minute + 1_900);
    await runAlarm(object);
    expect(await bob.next("budget")).toMatchObject({ of: "minutes", used: 0.81 });
    setTime(start + minute + 3_000);
    await runAlarm(object);
    await model.until(isGoodbye);
    await model.send(...goodbye);
    expect(await bob.untilClosed()).toMatchObject({
      code: 4402,
      reason: expect.stringContaining("(minutes)"),
    });
  });
});

describe("[BUDGET9] minutes count until a client lowers its role", () => {
  it("and again from when it raises it", async () => {
    const start = Date.now();
    setTime(start);
    const exp = Math.floor(start / 1000) + 7_200;
    const { join, connectModel, object } = conversation({ conversation: { minutes: 0.1 } });
    const ann = await join({ exp });
    await connectModel();
    setTime(start + 3_000);
    await ann.hello({ role: "listener" });
    await ann.next("presence", ({ change }) => change === "role");
    ann.ack();
    // The acknowledgement comes before the answer.
    await ann.hello();
    setTime(start + minute);
    await ann.hello({ role: "speaker" });
    setTime(start + minute + 1_700);
    await runAlarm(object);
    expect(ann.of("budget")).toEqual([]);
    setTime(start + minute + 1_900);
    await runAlarm(object);
    expect(await ann.next("budget")).toMatchObject({ of: "minutes", used: 0.81 });
  });
});

const participants = (object: string): Promise<number> =>
  runInDurableObject(
    env.CONVERSATION.getByName(object),
    (_: Conversation, state) =>
      state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  );

describe("[BUDGET10] a budget that cannot be read refuses, in words", () => {
  it("new clients, and after three failures those that are there", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { join, connectModel, user, session, object, token } = conversation({ day: { usd: 1 } });
    const ann = await join();
    const model = await connectModel();
    const broken = await spyOnReports(user, () => {
      throw new Error("out of order");
    });
    await turn(ann, model, 0.01);
    await ann.event(({ turnComplete }) => turnComplete === true);
    const response = await ask(`/events/${user}/${session}`, { token: await token() });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: "BUDGET_UNKNOWN",
      message: expect.stringContaining("could not read how much of the budget is left"),
    });
    await eventually(async () => {
      await runAlarm(object);
      expect(ann.closed).toBeDefined();
    });
    expect(await ann.untilClosed()).toMatchObject({ code: 1013 });
    expect(await ann.next("goAway")).toMatchObject({ again: true });
    expect(broken).toHaveBeenCalled();
  });
});
