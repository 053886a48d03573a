/** The accounts in which directories count what several conversations spend. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { dayOf, nothingSpent } from "../../src/core/policy/budget.ts";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import { reportSpending } from "../../src/directory.ts";
import {
  conversation,
  goodbye,
  isGoodbye,
  receiptOf,
  spyOnReports,
  textTokensOf,
  turn,
  turnEnd,
} from "./budget-conversation.ts";
import {
  LiveClient,
  method as liveMethod,
  model as liveModel,
  setupComplete,
} from "./live-client.ts";
import { audioMessage, transcriptMessage } from "./native-conversation.ts";
import { runAlarm } from "./rest.ts";
import { ask, askSocket, secret, tokenFor, untilClosed } from "./tokens.ts";
import { setAuth } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";
import { tone } from "../support/scripted.ts";

let count = 0;

/** What an account of the directory has. */
const spentOf = (name: string, user: string) =>
  reportSpending(env, { name, user, until: Infinity }, nothingSpent, Date.now());

afterEach(() => void vi.restoreAllMocks());

describe("[BUDGET8] ephemeral tokens of a token without a user spend from one account", () => {
  it("whatever users they are bound to", async () => {
    const maker = await tokenFor({ jti: `back end ${++count}`, budget: { usd: 0.01 } });
    const make = async (user: string, session: string) => {
      const path = `/live/assistant/${user}/${session}/v1alpha/auth_tokens`;
      const made = await ask(path, { method: "POST", body: {}, token: maker });
      const { name } = await made.json<{ name: string }>();
      return `/live/assistant/${user}/${session}/${liveMethod}?access_token=${name}`;
    };
    const [one, two] = [conversation({}), conversation({})];
    const ann = new LiveClient(await askSocket(await make(one.user, one.session)));
    ann.send({ setup: { model: liveModel } });
    // Polled: a promise that the model's side resolves would continue in the object's context.
    while (!one.models.all[0]?.received.length) await scheduler.wait(1);
    const [model] = one.models.all;
    await model?.send({ setupComplete: {} });
    await ann.next(setupComplete);
    ann.send({ realtimeInput: { text: "Hello." } });
    while (!JSON.stringify(model?.received).includes("Hello.")) await scheduler.wait(1);
    await model?.send(transcriptMessage("Yes."), { ...turnEnd, ...receiptOf(0.02) });
    while (!JSON.stringify(model?.received).includes("short goodbye")) await scheduler.wait(1);
    await model?.send(...goodbye);
    await ann.untilClosed();
    const socket = await askSocket(await make(two.user, two.session));
    expect(await untilClosed(socket)).toMatchObject({ code: 4402 });
  });
});

describe("[BUDGET15] who leaves in the middle of a turn pays for it", () => {
  const claims = () => ({ jti: `asker-${++count}`, budget: { usd: 0.01 } });
  const asked = async () => {
    const { join, connectModel, user } = conversation({});
    const own = claims();
    const bobs = { ...claims(), budget: { usd: 1 } };
    const [ann, bob] = [await join(own), await join(bobs)];
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    const paidBy = ({ jti }: { jti: string }) => spentOf(`token ${jti}`, user);
    return { ann, bob, model, paid: () => paidBy(own), bobPaid: () => paidBy(bobs) };
  };

  it("by closing the connection, and for no later one", async () => {
    const { ann, bob, model, paid } = await asked();
    ann.close();
    await bob.next("presence", ({ change }) => change === "left");
    await model.send(transcriptMessage("Once."), { ...turnEnd, ...receiptOf(0.009) });
    await bob.event(({ turnComplete }) => turnComplete === true);
    await eventually(async () => expect(await paid()).toMatchObject({ tokens: 750 }));
    await turn(bob, model, 0.009);
    await bob.event(({ turnComplete }) => turnComplete === true);
    expect(await paid()).toMatchObject({ tokens: 750 });
  });

  it("after an interruption", async () => {
    const { ann, bob, model, paid } = await asked();
    await model.send(transcriptMessage("Once"));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    ann.send({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    ann.close();
    await bob.next("presence", ({ change }) => change === "left");
    await model.send({ serverContent: { interrupted: true } }, { ...turnEnd, ...receiptOf(0.009) });
    await eventually(async () => expect(await paid()).toMatchObject({ tokens: 750 }));
  });

  it("before the answer to its speech has begun", async () => {
    const { join, connectModel, user } = conversation({});
    const own = claims();
    const [eve, bob] = [await join(own), await join()];
    const model = await connectModel();
    for (let at = 0; at < 5; at++) eve.send(tone(100).buffer as ArrayBuffer);
    await model.until(({ received }) => JSON.stringify(received).includes("audio/pcm"));
    eve.close();
    await bob.next("presence", ({ change }) => change === "left");
    await model.send(transcriptMessage("Yes."), { ...turnEnd, ...receiptOf(0.008) });
    const paid = () => spentOf(`token ${own.jti}`, user);
    await eventually(async () => expect(await paid()).toMatchObject({ tokens: 667 }));
    await turn(bob, model, 0.009);
    await bob.event(({ turnComplete }) => turnComplete === true);
    expect(await paid()).toMatchObject({ tokens: 667 });
  });

  it("by listening only", async () => {
    const { ann, bob, model, paid } = await asked();
    await ann.hello({ role: "listener" });
    await bob.next("presence", ({ change }) => change === "role");
    await model.send(transcriptMessage("Once."), { ...turnEnd, ...receiptOf(0.009) });
    await bob.event(({ turnComplete }) => turnComplete === true);
    await eventually(async () => expect(await paid()).toMatchObject({ tokens: 750 }));
  });

  it("by renewing its token: the earlier one pays for the turn, and for the minutes until then", async () => {
    const { object, join, connectModel, user, token } = conversation({});
    setAuth(object, { ...readConfig(env, agents).auth, secret, anonymous: false });
    const [own, later] = [claims(), claims()];
    const ann = await join(own);
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 5_000);
    ann.send({ type: "token", token: await token(later) });
    await ann.next("token");
    await model.send(transcriptMessage("Once."), { ...turnEnd, ...receiptOf(0.009) });
    await ann.event(({ turnComplete }) => turnComplete === true);
    await eventually(async () => {
      const { tokens, ms } = await spentOf(`token ${own.jti}`, user);
      expect([tokens, ms >= 5_000]).toEqual([750, true]);
      expect(await spentOf(`token ${later.jti}`, user)).toMatchObject({ tokens: 0 });
    });
  });

  it("and a token whose budget is used up renews none", async () => {
    const { object, join, user, token } = conversation({});
    setAuth(object, { ...readConfig(env, agents).auth, secret, anonymous: false });
    const spent = claims();
    const account = { name: `token ${spent.jti}`, user, until: Infinity };
    const report = { id: "r1", amount: { ...nothingSpent, usd: 1 }, from: "x" };
    await reportSpending(env, account, report.amount, Date.now(), report);
    const ann = await join(claims());
    ann.send({ type: "token", token: await token(spent) });
    expect(await ann.next("error")).toMatchObject({
      message: expect.stringContaining("budget of this token"),
    });
    expect(ann.of("token")).toEqual([]);
  });

  it("but not who leaves after it", async () => {
    const { ann, bob, model, paid, bobPaid } = await asked();
    await model.send(transcriptMessage("Once."), { ...turnEnd, ...receiptOf(0.008) });
    await bob.event(({ turnComplete }) => turnComplete === true);
    ann.close();
    await bob.next("presence", ({ change }) => change === "left");
    await turn(bob, model, 0.009);
    // Reports come one after the other.
    await eventually(async () => expect(await bobPaid()).toMatchObject({ tokens: 667 + 750 }));
    await scheduler.wait(0);
    expect(await paid()).toMatchObject({ tokens: 667 });
  });
});

describe("[BUDGET14] a deleted conversation has spent what it has spent", () => {
  // 25 tokens of 12 USD for a million.
  const secondOfAudio = audioMessage(24_000);
  const claims = () => ({ jti: `spender-${++count}`, budget: { usd: 0.001 } });

  it("an answer that is not finished: in each account that pays", async () => {
    const day = { usd: 0.001 };
    const { join, connectModel, object, user } = conversation({ day });
    const [anns, bobs] = [claims(), claims()];
    const [ann] = [await join(anns), await join(bobs)];
    const model = await connectModel();
    ann.send({ type: "text", text: "Tell me a story." });
    await model.until(({ received }) => received.length > 1);
    await model.send(secondOfAudio, transcriptMessage("Once upon"));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    await env.CONVERSATION.getByName(object).delete();
    const names = [`token ${anns.jti}`, `token ${bobs.jti}`, `day ${dayOf(Date.now())}`];
    await eventually(async () => {
      for (const name of names)
        expect(await spentOf(name, user), name).toMatchObject({ tokens: 25 + textTokensOf(model) });
    });
  });

  it("the minutes since they were last counted", async () => {
    const start = Date.UTC(2026, 10, 29, 12);
    const setTime = (at: number): void => void vi.spyOn(Date, "now").mockReturnValue(at);
    setTime(start);
    const exp = start / 1000 + 86_400;
    const { join, object, user } = conversation({});
    const minutes = { jti: `talker-${++count}`, budget: { minutes: 1 }, exp };
    await join(minutes);
    setTime(start + 54_000);
    await env.CONVERSATION.getByName(object).delete();
    const account = `token ${minutes.jti}`;
    await eventually(async () =>
      expect(await spentOf(account, user)).toMatchObject({ ms: 54_000 }),
    );
  });
});

describe("[SESS6] a deleted conversation stores nothing again", () => {
  it("when a report of spending fails that was under way", async () => {
    const { user, join, connectModel, object } = conversation({ day: { usd: 1 } });
    const ann = await join();
    const model = await connectModel();
    let [isAsked, isBroken] = [false, false];
    const passed = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await scheduler.wait(1);
    };
    const report = async (): Promise<never> => {
      isAsked = true;
      await passed(() => isBroken);
      throw new Error("the connection broke");
    };
    const broken = await spyOnReports(user, report);
    const print = vi.spyOn(console, "error").mockReturnValue();
    await turn(ann, model, 0.1);
    await passed(() => isAsked);
    await env.CONVERSATION.getByName(object).delete();
    isBroken = true;
    await eventually(() => expect(print).toHaveBeenCalled());
    broken.mockRestore();
    const left = await runInDurableObject(
      env.CONVERSATION.getByName(object),
      async (_, { storage }) => [...storage.kv.list(), await storage.getAlarm()],
    );
    expect(left).toEqual([null]);
  });
});

describe("[BUDGET11] a report of spending that is repeated counts once", () => {
  it("if its answer did not come in time, and what was spent meanwhile counts, too", async () => {
    const { user, join, connectModel, object } = conversation({ day: { usd: 1 } });
    const ann = await join();
    const model = await connectModel();
    const directory = env.DIRECTORY.getByName(JSON.stringify(["*", user]));
    let lost = 0;
    // Counted, and not answered.
    const broken = await spyOnReports(user, (real) => {
      real();
      lost++;
      throw new Error("the connection broke");
    });
    vi.spyOn(console, "error").mockReturnValue();
    await turn(ann, model, 0.1);
    await eventually(() => expect(lost).toBe(1));
    await turn(ann, model, 0.2);
    await eventually(() => expect(lost).toBe(2));
    broken.mockRestore();
    const spent = () =>
      directory.addSpending(
        `day ${Math.floor(Date.now() / 86_400_000)}`,
        { usd: 0, ms: 0, tokens: 0 },
        0,
        Date.now(),
      );
    await eventually(async () => {
      await runAlarm(object);
      expect((await spent()).usd).toBeGreaterThan(0.25);
    });
    await runAlarm(object);
    expect((await spent()).usd).toBeCloseTo(0.3, 2);
  });
});

describe("[BUDGET16] the account of a token without a user", () => {
  it("is in an object of its own", async () => {
    const { join, connectModel } = conversation({});
    const jti = `nobody's ${++count}`;
    const ann = await join({ jti, user: undefined, budget: { usd: 1 } });
    const model = await connectModel();
    await turn(ann, model, 0.1);
    const accountsIn = (...name: string[]) =>
      runInDurableObject(env.DIRECTORY.getByName(JSON.stringify(name)), (_, { storage }) =>
        Array.from(storage.kv.list({ prefix: "spent " }), ([key]) => key),
      );
    const account = `token ${jti}`;
    await eventually(async () =>
      expect(await accountsIn("*", "*", account)).toEqual([`spent ${account}`]),
    );
    expect(await accountsIn("*", "*")).toEqual([]);
  });
});

describe("[BUDGET12] an account is forgotten when its time is over", () => {
  it("by alarm, though nothing more is spent", async () => {
    const directory = env.DIRECTORY.getByName(JSON.stringify(["*", `uli-${++count}`]));
    const now = Date.now();
    const nothing = { usd: 0, ms: 0, tokens: 0 };
    await directory.addSpending("day 1", { ...nothing, usd: 1 }, now + 1_000, now);
    await directory.addSpending("day 2", { ...nothing, usd: 2 }, now + 2_000, now);
    const names = () =>
      runInDurableObject(directory, (_, { storage }) =>
        Array.from(storage.kv.list({ prefix: "spent " }), ([name]) => name),
      );
    expect(await names()).toEqual(["spent day 1", "spent day 2"]);
    vi.spyOn(Date, "now").mockReturnValue(now + 1_500);
    await runDurableObjectAlarm(directory);
    expect(await names()).toEqual(["spent day 2"]);
    vi.spyOn(Date, "now").mockReturnValue(now + 2_500);
    await runDurableObjectAlarm(directory);
    expect(await names()).toEqual([]);
    expect(await runDurableObjectAlarm(directory)).toBe(false);
  });
});

describe("[LIMIT35] the day's budget of the user that stands for no person", () => {
  it("is each conversation's own: it ends that one, and no other", async () => {
    const limits = { day: { usd: 0.01 } };
    const [one, two] = [conversation(limits, "anonymous"), conversation(limits, "anonymous")];
    const ann = await one.join({ session: one.session });
    const bob = await two.join({ session: two.session });
    const [annsModel, bobsModel] = [await one.connectModel(), await two.connectModel()];
    await turn(ann, annsModel, 0.006);
    await ann.event(({ turnComplete }) => turnComplete === true);
    await turn(ann, annsModel, 0.006);
    await annsModel.until(isGoodbye);
    await annsModel.send(...goodbye);
    expect(await ann.untilClosed()).toMatchObject({ code: 4402 });
    const follow = async ({ session, token: tokenOf }: typeof one) => {
      const token = await tokenOf({ session });
      const { status, body } = await ask(`/events/anonymous/${session}`, { token });
      await body?.cancel();
      return status;
    };
    expect([await follow(one), await follow(two)]).toEqual([402, 200]);
    await turn(bob, bobsModel, 0.006);
    await bob.event(({ turnComplete }) => turnComplete === true);
    expect(bob.of("budget")).toEqual([]);
  });
});
