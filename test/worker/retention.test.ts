import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { Directory } from "../../src/directory.ts";
import { newConversation, connectedConversation } from "./client.ts";
import { eventually } from "../support/eventually.ts";
import { emulated, until } from "./emulated.ts";
import { loggedSummary, sessionStatus } from "./fault-conversation.ts";
import { rest, runAlarm, sessionsPath } from "./rest.ts";
import { setRetention, FakeUpstreams, setUpstream } from "./upstreams.ts";

const stubOf = (object: string) => env.CONVERSATION.getByName(object);
const hour = 60 * 60_000;

const passed = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

async function conversationWithRetention(bounds: { end?: number; retention?: number }) {
  const { object, join, user } = newConversation();
  setRetention(object, { end: undefined, retention: undefined, ...bounds });
  const models = new FakeUpstreams();
  setUpstream(object, models.answer);
  const ann = await join();
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  ann.send({ type: "text", text: "One?" });
  await model.until(({ received }) => received.length > 1);
  return { object, ann, model, join, user };
}

describe("[LIFE1] some time after the last message, all clients are closed and the data is kept", () => {
  it("when the time is up", async () => {
    const { object, ann, model } = await conversationWithRetention({ end: 0 });
    await runDurableObjectAlarm(stubOf(object));
    expect(await ann.untilClosed()).toMatchObject({ code: 1000 });
    await model.until(({ closed }) => closed !== undefined);
    expect(await loggedSummary(object)).toContain("typed: One?");
  });

  it("and not before", async () => {
    const { object, ann } = await conversationWithRetention({ end: hour });
    await runDurableObjectAlarm(stubOf(object));
    ann.send({ type: "nonsense" });
    expect((await ann.next()).errorCode).toBe("BAD_FRAME");
    expect(ann.closed).toBeUndefined();
  });
});

describe("[LIFE2] some time after the last message, the conversation is deleted unless a client is connected", () => {
  it("when the time is up", async () => {
    const { object, ann } = await conversationWithRetention({ retention: 100 });
    await runDurableObjectAlarm(stubOf(object));
    expect(ann.closed).toBeUndefined();
    expect(await sessionStatus(object)).toBe(200);
    ann.close();
    await ann.untilClosed();
    while ((await sessionStatus(object)) === 200) await runDurableObjectAlarm(stubOf(object));
    expect(await sessionStatus(object)).toBe(404);
  });
});

it("[LIFE2] it is deleted by a later alarm if the directory does not answer", async () => {
  const { object } = newConversation();
  setRetention(object, { end: undefined, retention: 0 });
  const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
  await rest("POST", sessionsPath(user), { sessionId });
  vi.spyOn(console, "error").mockReturnValue();
  const broken = vi.spyOn(Directory.prototype, "remove").mockImplementationOnce(() => {
    throw new Error("reset");
  });
  await runDurableObjectAlarm(stubOf(object));
  expect(broken).toHaveBeenCalledTimes(1);
  expect(await sessionStatus(object)).toBe(200);
  vi.restoreAllMocks();
  // Other reasons may be due before.
  await eventually(async () => {
    await runDurableObjectAlarm(stubOf(object));
    expect(await sessionStatus(object)).toBe(404);
  });
  expect((await rest("GET", sessionsPath(user))).body).toEqual([]);
});

describe("[LIFE2] a client that joins while the conversation is being deleted keeps it", () => {
  it("with its messages and its place in the list", async () => {
    const { object, ann, join, user } = await conversationWithRetention({ retention: 100 });
    let [isAsked, isAnswered] = [false, false];
    const { remove: real } = Object.getOwnPropertyDescriptors(Directory.prototype);
    const removal = vi.spyOn(Directory.prototype, "remove").mockImplementation(function (
      this: Directory,
      ...removed
    ) {
      real.value?.apply(this, removed);
      isAsked = true;
      // Polled: a promise that the test resolves would continue in the test's context.
      return passed(() => isAnswered) as never;
    });
    try {
      ann.close();
      await ann.untilClosed();
      const deleting = (async () => {
        for (const wasAsked = () => isAsked; !wasAsked();) await runAlarm(object);
      })();
      await passed(() => isAsked);
      const bob = await join();
      isAnswered = true;
      await deleting;
      expect(await sessionStatus(object)).toBe(200);
      expect(await loggedSummary(object)).toContain("typed: One?");
      expect(bob.closed).toBeUndefined();
      await eventually(async () => {
        await runAlarm(object);
        const listed = await rest("GET", `${sessionsPath(user)}?titles=1`);
        expect(JSON.stringify(listed.body)).toContain("One?");
      });
    } finally {
      removal.mockRestore();
    }
  });
});

describe("[LIFE4] A session that was made by HTTP and never joined must be deleted, too", () => {
  it.each([
    {},
    { events: [{ author: "user", timestamp: 1, content: { parts: [{ text: "Hi." }] } }] },
    { events: [{ author: "user", timestamp: 9e10, content: { parts: [{ text: "Hi." }] } }] },
  ])("when the time is up: %j", async (more) => {
    const { object } = newConversation();
    setRetention(object, { end: undefined, retention: 0 });
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    expect((await rest("POST", sessionsPath(user), { sessionId, ...more })).status).toBe(200);
    await runDurableObjectAlarm(stubOf(object));
    expect(await sessionStatus(object)).toBe(404);
    const { body } = await rest("GET", sessionsPath(user));
    expect(JSON.stringify(body)).not.toContain(`"${sessionId}"`);
  });

  it("not sooner because its events are old", async () => {
    const { object } = newConversation();
    setRetention(object, { end: undefined, retention: hour });
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    const events = [{ author: "user", timestamp: 1, content: { parts: [{ text: "Hi." }] } }];
    await rest("POST", sessionsPath(user), { sessionId, events });
    await runDurableObjectAlarm(stubOf(object));
    await runDurableObjectAlarm(stubOf(object));
    expect(await sessionStatus(object)).toBe(200);
  });
});

describe("[LIFE3] an object that was evicted while the upstream connection was parked", () => {
  it("resumes at the next message of a client that stayed", async () => {
    const { object, join } = newConversation();
    const { ports, pass, emulator } = emulated(object, { clocked: true });
    const ann = await join();
    const turnEnd = () => ann.next((event) => event.turnComplete === true);
    ann.send({ type: "text", text: "One?" });
    await until(turnEnd(), pass);
    await pass(61_000);
    expect(emulator.stats().sockets).toBe(0);
    await evictDurableObject(stubOf(object));
    ports.brain.replies.push([{ say: "Two." }]);
    ann.send({ type: "text", text: "Two?" });
    await until(turnEnd(), pass);
    expect(emulator.sessions()).toMatchObject([{ connections: 2 }]);
    expect((await loggedSummary(object)).slice(3)).toEqual([
      "typed: Two?",
      "agent: Two.",
      "complete",
    ]);
  });
});

describe("[RESUME3] if the service rejects the handle, a new session is seeded with the history", () => {
  // The eviction waits until no timer is set: the relay must be at rest (FLOW10).
  it("from the log, after an eviction too", async () => {
    const { ann, object, model, models } = await connectedConversation();
    ann.send({ type: "text", text: "My name is Ada." });
    await model.until(({ received }) => received.length > 1);
    await model.send(
      { sessionResumptionUpdate: { newHandle: "h1", resumable: true } },
      { serverContent: { outputTranscription: { text: "Hello, Ada." } } },
      { serverContent: { turnComplete: true } },
    );
    await ann.next((event) => event.turnComplete === true);
    await model.close(1008, "API key not valid.");
    await ann.next((event) => event.errorCode === "UPSTREAM_UNAUTHENTICATED");
    await evictDurableObject(stubOf(object));
    ann.send({ type: "text", text: "Who am I?" });
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.close(1008, "BidiGenerateContent session not found");
    const third = await models.connection(2);
    await third.until(({ received }) => received.length > 0);
    await third.send({ setupComplete: {} });
    await third.until(({ received }) => received.length > 2);
    const seed = JSON.stringify(third.received[1]);
    expect(seed).toContain("My name is Ada.");
    expect(seed).toContain("Hello, Ada.");
    expect(JSON.stringify(third.received[2])).toContain("Who am I?");
  });
});
