import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { directoryOf } from "../../src/directory.ts";
import { DirectoryStore } from "../../src/store/directory-store.ts";
import { connect, newConversation, connectedConversation } from "./client.ts";
import { rest, sessionsPath, runAlarm } from "./rest.ts";
import { FakeUpstreams, setAgent, setUpstream } from "./upstreams.ts";

const keysOf = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
    Object.fromEntries(storage.kv.list({ prefix: "state:" })),
  );

const directoryState = (user: string) => directoryOf(env, "assistant", user).state();

const sessionOf = (object: string) => (JSON.parse(object) as string[])[2] ?? "";

const read = async ({ user, object }: { readonly user: string; readonly object: string }) =>
  (await rest("GET", `${sessionsPath(user)}/${sessionOf(object)}`)).body;

describe("[STATE1] a client's change is an event by the user, logged, and visible to tools at once", () => {
  it("the next roll is added to the rolls that a client set", async () => {
    const { ann, model } = await connectedConversation("dice");
    ann.send({ type: "state", delta: { rolls: [17], "temp:mood": "gay" } });
    expect(await ann.next()).toMatchObject({
      author: "user",
      actions: { stateDelta: { rolls: [17] } },
    });
    await model.send({
      toolCall: { functionCalls: [{ id: "c1", name: "roll_die", args: { sides: 6 } }] },
    });
    const { actions } = await ann.next((event) => event.actions.stateDelta["rolls"] !== undefined);
    expect(actions.stateDelta["rolls"]).toEqual([17, expect.any(Number)]);
  });

  it("all clients receive it, and the log has it", async () => {
    const conversation = await connectedConversation();
    const { join, ann } = conversation;
    const bob = await join();
    ann.send({ type: "state", delta: { theme: "dark" } });
    expect(await bob.next()).toMatchObject({ actions: { stateDelta: { theme: "dark" } } });
    expect(await read(conversation)).toMatchObject({
      state: { theme: "dark" },
      events: [{ author: "user", actions: { stateDelta: { theme: "dark" } } }],
    });
  });
});

describe("[STATE2] `user:` keys are shared by a user's conversations of one app", () => {
  it("a second conversation has them before its setup is sent", async () => {
    const first = await connectedConversation();
    first.ann.send({ type: "state", delta: { "user:name": "Ann", theme: "dark" } });
    await first.ann.next();
    await runAlarm(first.object);
    const second = newConversation(undefined, first.user);
    await second.join();
    const model = await second.models.connection(0);
    await model.until(({ received }) => received.length > 0);
    expect(await keysOf(second.object)).toEqual({ "state:user:name": "Ann" });
    const elsewhere = await connectedConversation("dice", "", first.user);
    expect(await keysOf(elsewhere.object)).toEqual({});
  });
});

describe("[STATE10] clients without a name share no `user:` state and no files", () => {
  const anonymous = async () => {
    const session = crypto.randomUUID();
    const path = `${sessionsPath("anonymous")}/${session}`;
    await rest("POST", path, { "user:name": "Ann" });
    return path;
  };

  it("a second conversation has none of the first one's, and the list shows none", async () => {
    const first = await anonymous();
    expect((await rest("GET", first)).body.state).toEqual({ "user:name": "Ann" });
    const second = `${sessionsPath("anonymous")}/${crypto.randomUUID()}`;
    await rest("POST", second, {});
    expect((await rest("GET", second)).body.state).toEqual({});
    const { body } = await rest("GET", sessionsPath("anonymous"));
    for (const { state } of body as unknown as { state: object }[]) expect(state).toEqual({});
  });

  it("what an older version left in the directory is in no list", async () => {
    await env.DIRECTORY.getByName('["search","anonymous"]').note({ state: { "user:name": "Old" } });
    const list = sessionsPath("anonymous", "search");
    await rest("POST", `${list}/${crypto.randomUUID()}`, {});
    const { body } = await rest("GET", list);
    expect(body).toMatchObject([{ state: {} }]);
    expect(JSON.stringify(body)).not.toContain("Old");
  });

  it("a file that a tool saves for the user is the conversation's", async () => {
    const keeper = agent({
      name: "assistant",
      model: "gemini-3.8-live",
      tools: [
        tool({
          name: "keep",
          description: "",
          run: async (_, { saveArtifact, listArtifacts }) => {
            const before = await listArtifacts();
            await saveArtifact("user:note.txt", "Ann's");
            return { before, after: await listArtifacts() };
          },
        }),
      ],
    });
    for (const session of [crypto.randomUUID(), crypto.randomUUID()]) {
      const object = JSON.stringify(["assistant", "anonymous", session]);
      const models = new FakeUpstreams();
      setUpstream(object, models.answer);
      setAgent(object, keeper);
      await connect(`/ws/anonymous/${session}`);
      const model = await models.connection(0);
      await model.until(({ received }) => received.length > 0);
      const call = { id: "c1", name: "keep", args: {} };
      await model.send({ setupComplete: {} }, { toolCall: { functionCalls: [call] } });
      await model.until(({ received }) => received.length > 1);
      expect(JSON.stringify(model.received[1])).toContain(
        JSON.stringify({ before: [], after: ["user:note.txt"] }),
      );
    }
  });

  it("a file of the user is the conversation's", async () => {
    const [first, second] = [await anonymous(), await anonymous()];
    const file = { filename: "user:note.txt", artifact: { text: "Ann's" } };
    expect((await rest("POST", `${first}/artifacts`, file)).status).toBe(200);
    expect((await rest("GET", `${first}/artifacts`)).body).toEqual(["user:note.txt"]);
    expect((await rest("GET", `${second}/artifacts`)).body).toEqual([]);
    expect((await rest("GET", `${second}/artifacts/user:note.txt`)).status).toBe(404);
  });
});

describe("[STATE3] `app:` keys are shared by all conversations, and no client may write them", () => {
  it("an app's directory reaches every user; a client's attempt changes nothing", async () => {
    // An app of its own: the suites share the directories.
    await env.DIRECTORY.getByName('["search","*"]').note({ state: { "app:motto": "hi" } });
    const { ann, object } = await connectedConversation("search");
    expect(await keysOf(object)).toMatchObject({ "state:app:motto": "hi" });
    ann.send({ type: "state", delta: { "app:motto": "ha", fine: 1 } });
    const refusal = await ann.next();
    expect(refusal.errorCode).toBe("BAD_FRAME");
    expect(refusal.errorMessage).toContain("app:motto");
    expect(await keysOf(object)).not.toHaveProperty("state:fine");
  });
});

describe("[STATE4] `temp:` keys are never published or stored", () => {
  it("a change of them alone is no event", async () => {
    const { ann, object } = await connectedConversation("stocks");
    ann.send({ type: "state", delta: { "temp:a": 1 } });
    ann.send({ type: "state", delta: { "temp:a": 2, b: 3 } });
    expect((await ann.next()).actions.stateDelta).toEqual({ b: 3 });
    expect(await keysOf(object)).toEqual({ "state:b": 3 });
  });

  it("those of a new session and of its imported events are left out", async () => {
    const { object, user } = newConversation();
    const [, , sessionId = ""] = JSON.parse(object) as string[];
    const temporary = { "temp:k": 1, kept: 2 };
    const events = [{ author: "user", actions: { stateDelta: temporary } }];
    const body = { sessionId, state: { "temp:s": 1 }, events };
    const made = await rest("POST", sessionsPath(user), body);
    const read = await rest("GET", `${sessionsPath(user)}/${sessionId}`);
    for (const answer of [made, read]) {
      expect(answer).toMatchObject({ status: 200, body: { state: { kept: 2 } } });
      expect(JSON.stringify(answer.body)).not.toContain("temp:");
    }
  });
});

describe("[STATE5] null removes a key", () => {
  it("in the conversation and in the directory, and the event carries it", async () => {
    const conversation = await connectedConversation();
    const { ann, object } = conversation;
    ann.send({ type: "state", delta: { "user:pet": "cat", a: 1 } });
    await ann.next();
    await runAlarm(object);
    ann.send({ type: "state", delta: { "user:pet": null, a: null } });
    expect((await ann.next()).actions.stateDelta).toEqual({ "user:pet": null, a: null });
    await runAlarm(object);
    expect((await read(conversation)).state).not.toHaveProperty("user:pet");
    expect((await read(conversation)).state).not.toHaveProperty("a");
  });
});

describe("[STATE6] a change that does not fit is refused and changes nothing", () => {
  it("and the conversation continues", async () => {
    const { ann, object } = await connectedConversation();
    const piece = "x".repeat(60_000);
    for (let n = 0; n < 8; n++) {
      ann.send({ type: "state", delta: { [`piece${n}`]: piece } });
      await ann.next();
    }
    ann.send({ type: "state", delta: { small: 1, piece9: piece } });
    expect(await ann.next()).toMatchObject({ errorCode: "STATE_FULL" });
    expect(await keysOf(object)).not.toHaveProperty("state:small");
    ann.send({ type: "state", delta: { small: 1 } });
    expect(await ann.next()).toMatchObject({ actions: { stateDelta: { small: 1 } } });
  });

  it("keys count as well as values", async () => {
    const { ann } = await connectedConversation();
    const keys = (from: number) =>
      Array.from({ length: 100 }, (_, n) => [`${from + n}`.padEnd(128, "k"), 1]);
    for (let n = 0; ; n += 100) {
      ann.send({ type: "state", delta: Object.fromEntries(keys(n)) });
      const { errorCode } = await ann.next();
      if (errorCode === undefined) continue;
      expect(errorCode).toBe("STATE_FULL");
      expect(n).toBeLessThan((512 * 1024) / 128);
      break;
    }
  });

  it("by their number, too, and in the directory", async () => {
    const most = limits.stateKeys.value;
    const events = Array.from({ length: most / 100 }, (_, n) => ({
      author: "user",
      actions: {
        stateDelta: Object.fromEntries(
          Array.from({ length: 100 }, (_each, k) => [`k${n}.${k}`, 1]),
        ),
      },
    }));
    const make = (more: object) => rest("POST", sessionsPath("state-ken"), { events, state: more });
    expect((await make({})).status).toBe(200);
    expect(await make({ another: 1 })).toMatchObject({
      status: 413,
      body: { detail: expect.stringContaining(`${most + 1} keys`) },
    });
    const directory = env.DIRECTORY.getByName("state-of-many-keys");
    const leftOut = await runInDurableObject(directory, (_, { storage }) => {
      const store = new DirectoryStore(storage);
      store.changeState(
        Object.fromEntries(Array.from({ length: most }, (_each, k) => [`k${k}`, 1])),
      );
      return [
        store.changeState({ k1: 2, another: 1 }),
        store.countStateKeys(),
        store.state()["k1"],
      ];
    });
    expect(leftOut).toEqual([1, most, 2]);
  });

  it("sessions that are made one after the other share the room of their user", async () => {
    const piece = "x".repeat(60_000);
    const make = (n: number) =>
      rest("POST", sessionsPath("state-uma"), { state: { [`user:piece${n}`]: piece } });
    for (let n = 0; n < 8; n++) expect((await make(n)).status).toBe(200);
    expect(await make(8)).toMatchObject({ status: 413 });
    expect(Object.keys(await directoryState("state-uma"))).toHaveLength(8);
  });

  it("what older versions stored beyond it may become smaller", async () => {
    const { ann, object } = await connectedConversation();
    await runInDurableObject(env.CONVERSATION.getByName(object), (conversation) => {
      const piece = "x".repeat(60_000);
      const more = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`piece${n}`, piece]));
      conversation.takeOver({
        first: false,
        values: { state: more, stored: {} },
        rows: [],
        artifact: undefined,
      });
    });
    ann.send({ type: "state", delta: { piece0: null } });
    expect(await ann.next()).toMatchObject({ actions: { stateDelta: { piece0: null } } });
    ann.send({ type: "state", delta: { piece0: "x" } });
    expect(await ann.next()).toMatchObject({ errorCode: "STATE_FULL" });
  });

  it("a session that is refused keeps no copy of what its user's share", async () => {
    await rest("POST", sessionsPath("state-ulla"), { state: { "user:name": "Ulla" } });
    const events = Array.from({ length: 10 }, (_, n) => ({
      author: "user",
      actions: { stateDelta: { [`piece${n}`]: "x".repeat(60_000) } },
    }));
    const made = await rest("POST", sessionsPath("state-ulla"), { sessionId: "big", events });
    expect(made.status).toBe(413);
    expect(await keysOf(JSON.stringify(["assistant", "state-ulla", "big"]))).toEqual({});
  });

  it("of changes at once the directory leaves out what does not fit", async () => {
    const directory = env.DIRECTORY.getByName('["assistant","state-una"]');
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    const piece = "x".repeat(60_000);
    for (let n = 0; n < 10; n++) await directory.note({ state: { [`user:piece${n}`]: piece } });
    expect(Object.keys(await directoryState("state-una"))).toHaveLength(8);
    expect(warned.mock.calls.join(" ")).toContain("1 keys were left out");
    // A change that fits as a whole does, in whatever order its keys are.
    await directory.note({ state: { "user:late": piece, "user:piece2": "z" } });
    expect(await directoryState("state-una")).toMatchObject({
      "user:late": piece,
      "user:piece2": "z",
    });
    // What is there may be replaced and removed.
    await directory.note({ state: { "user:piece0": null, "user:piece1": "y", "user:new": 1 } });
    expect(await directoryState("state-una")).toMatchObject({ "user:piece1": "y", "user:new": 1 });
    warned.mockRestore();
  });
});
