/** Limits of what a client costs: what is over one is refused in words, and all that came before it is kept. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { connectedLive, turnComplete } from "./live-client.ts";
import { connectNative, NativeClient, pathOf } from "./native.ts";
import {
  nativeConversation,
  transcriptMessage,
  turnCompleteMessage,
} from "./native-conversation.ts";
import { protocols } from "./protocols.ts";
import { rest, sessionsPath } from "./rest.ts";
import { post, session } from "./run.ts";
import { askSocket, tokenFor } from "./tokens.ts";
import { setClock, setLimits } from "./upstreams.ts";

/** Of microphone audio. */
const second = new Uint8Array(new Int16Array(16_000).fill(8_000).buffer);

/** Without the silence that the relay sends when a stream ends. */
const secondsHeard = (received: readonly unknown[]): number =>
  received.filter((message) => JSON.stringify(message).includes(second.toBase64())).length;

describe("[LIMIT9] audio that comes faster than it is spoken is dropped above the limit", () => {
  it("with words and a time; text goes on, and so does what was heard", async () => {
    const { object, ann, model } = await nativeConversation();
    setLimits(object, { audio: 0.1 });
    for (let each = 0; each < 5; each++) ann.send(second.buffer);
    expect(await ann.next("error")).toMatchObject({
      code: "RATE_LIMITED",
      action: "slow down",
      message: expect.stringMatching(/faster than it is spoken.* in \d+ s\.$/),
    });
    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("Still there?"));
    expect(secondsHeard(model.received)).toBe(1);
    expect(ann.of("error")).toHaveLength(1);
  });

  it("a person who connects again has no more than before; another person has", async () => {
    const { object, models } = newConversation();
    setLimits(object, { audio: 0.1 });
    const join = async (token: string) => {
      const headers = { "Sec-WebSocket-Protocol": "parley.v1" };
      const client = new NativeClient(await askSocket(pathOf(object), { token, headers }));
      await client.hello();
      return client;
    };
    const token = await tokenFor({ jti: "eve" });
    const first = await join(token);
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    first.send(second.buffer);
    await model.until(({ received }) => secondsHeard(received) === 1);
    first.close();
    await first.untilClosed();
    const again = await join(token);
    again.send(second.buffer);
    expect(await again.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    again.close();
    await again.untilClosed();
    const ann = await join(await tokenFor({ jti: "ann" }));
    ann.send(second.buffer);
    await model.until(({ received }) => secondsHeard(received) === 2);
  });
});

describe("[LIMIT10] typed messages above the limit are refused, and those before them are kept", () => {
  const perMinute = 2;

  it.each(protocols.filter(({ strict }) => !strict))("in $name", async (protocol) => {
    const { object, models } = newConversation();
    setLimits(object, { typedTurns: perMinute });
    const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
    await rest("POST", sessionsPath(user, app), { sessionId: id });
    const client = await protocol.connect({ app, user, session: id });
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    for (const text of ["One.", "Two.", "Three."]) await client.sendText(text);
    while (client.view().problems.length === 0) await scheduler.wait(1);
    expect(client.view().problems).toEqual([
      expect.stringMatching(/at most 2 typed messages a minute.*send it again in \d+ s\.$/),
    ]);
    expect(client.closed()).toBe(false);
    const sent = JSON.stringify(model.received);
    expect(["One.", "Two.", "Three."].map((text) => sent.includes(text))).toEqual([
      true,
      true,
      false,
    ]);
  });

  const two = { role: "user", parts: [{ text: "Two." }] };
  const turnsBefore = [
    { role: "user", parts: [{ text: "Before." }] },
    { role: "model", parts: [{ text: "Yes." }] },
  ];

  it.each([
    ["realtimeInput", { realtimeInput: { text: "Two." } }],
    ["one turn", { clientContent: { turns: [two], turnComplete: true } }],
    ["several turns", { clientContent: { turns: [...turnsBefore, two], turnComplete: true } }],
  ])("in the Live API, which goes on: %s", async (_, message) => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { typedTurns: 1 });
    client.send({ realtimeInput: { text: "One." } });
    client.send(message);
    const { parley } = await client.next((each) => each["parley"]?.error !== undefined);
    expect(parley.error).toMatchObject({
      code: "RATE_LIMITED",
      message: expect.stringMatching(/ in \d+ s\.$/),
    });
    await upstream.send(transcriptMessage("Yes."), turnCompleteMessage);
    await client.next(turnComplete);
    expect(client.closed).toBeUndefined();
    expect(JSON.stringify(upstream.received)).not.toContain("Two.");
  });

  it("in a run by HTTP", async () => {
    const { object, body } = await session();
    setLimits(object, { typedTurns: 0.5 });
    const response = await post("/run", body("One."));
    expect(await response.json()).toMatchObject([{ errorCode: "RATE_LIMITED" }]);
  });

  it("the refusal names the text, which the client may send again", async () => {
    const { object, ann } = await nativeConversation();
    setLimits(object, { typedTurns: 0.5 });
    for (const _ of [1, 2]) {
      ann.send({ type: "text", text: "One.", id: "text-0001-0001-0001" });
      expect(await ann.next("error")).toMatchObject({
        code: "RATE_LIMITED",
        id: "text-0001-0001-0001",
      });
    }
  });
});

describe("[LIMIT22] pictures above the limit are dropped, and those before them are kept", () => {
  const picture = (data: string) => btoa(`\xff\xd8\xff ${data}`);
  const sent = (received: readonly unknown[], data: string): boolean =>
    JSON.stringify(received).includes(picture(data));

  it("in parley.v1, told once; text goes on, and a new connection has no more", async () => {
    const { object, ann, model } = await nativeConversation();
    setLimits(object, { pictures: 0.25 });
    for (const data of ["1", "2", "3"])
      ann.send({ type: "image", mimeType: "image/jpeg", data: picture(data) });
    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    expect(["1", "2", "3"].map((data) => sent(model.received, data))).toEqual([true, false, false]);
    expect(ann.of("error")).toMatchObject([
      {
        code: "RATE_LIMITED",
        message: expect.stringMatching(/^Pictures were dropped.* in \d+ s\.$/),
      },
    ]);
  });

  it("in the contents of a Live API client, whose message is refused", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { pictures: 0.25 });
    const content = (data: string) => ({
      clientContent: {
        turns: [
          {
            role: "user",
            parts: [{ inlineData: { mimeType: "image/jpeg", data: picture(data) } }],
          },
        ],
        turnComplete: false,
      },
    });
    client.send(content("1"));
    client.send(content("2"));
    await client.next((message) => message["parley"]?.error?.code === "RATE_LIMITED");
    client.send({ realtimeInput: { text: "Still there?" } });
    await upstream.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    expect(["1", "2"].map((data) => sent(upstream.received, data))).toEqual([true, false]);
  });

  it("files count, and the rest of a message with more than the allowance holds is owed", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { pictures: 0.25 });
    const file = { fileData: { mimeType: "image/png", fileUri: "https://example.com/a.png" } };
    const content = (text: string) => ({
      clientContent: { turns: [{ role: "user", parts: [{ text }, file, file, file] }] },
    });
    client.send(content("One."));
    client.send(content("Two."));
    const { parley } = await client.next((message) => message["parley"]?.error !== undefined);
    // Three pictures are owed, and one more is needed, at one in four seconds.
    expect(parley.error.message).toMatch(/^Pictures were dropped.* in 1[12] s\.$/);
    client.send({ realtimeInput: { text: "Still there?" } });
    await upstream.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    expect(JSON.stringify(upstream.received)).toContain("One.");
    expect(JSON.stringify(upstream.received)).not.toContain("Two.");
  });
});

describe("[LIMIT38] changes of the state above the limit are refused, and those before them are kept", () => {
  const most = limits.stateChanges.value * limits.stateChanges.burstS;

  it("in parley.v1, by number, and a new connection has no more", async () => {
    const { object, ann } = await nativeConversation();
    setClock(object, scriptedPorts().clock);
    for (let n = 0; n <= most; n++) ann.send({ type: "state", delta: { n } });
    expect(await ann.next("error")).toMatchObject({
      code: "RATE_LIMITED",
      message: expect.stringMatching(/^Nothing was changed.* in \d+ s\.$/),
    });
    const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
    const { body } = await rest("GET", `${sessionsPath(user, app)}/${id}`);
    expect(body.state).toMatchObject({ n: most - 1 });
  });

  it("changes of the role, which all clients are told, count as well; the role stays", async () => {
    const { object, ann, joinNative } = await nativeConversation();
    setClock(object, scriptedPorts().clock);
    const eve = await joinNative();
    await eve.hello({ role: "listener" });
    for (let n = 0; n <= most; n++)
      eve.send({ type: "hello", role: n % 2 === 0 ? "observer" : "listener" });
    expect(await eve.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    const changes = ann.of("presence").filter(({ change }) => change === "role");
    expect(changes.length).toBeLessThanOrEqual(most);
    expect((await eve.hello()).role).toBe("listener");
  });

  const large = "a".repeat(60_000);
  const fit = Math.floor((most * 8_192) / large.length);

  it("by size", async () => {
    const { ann } = await nativeConversation("", scriptedPorts().clock);
    for (let n = 0; n <= fit; n++) ann.send({ type: "state", delta: { n, large } });
    expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    expect(ann.of("event").at(-1)?.event.actions?.stateDelta).toMatchObject({ n: fit - 1 });
  });

  it("by HTTP, with a time to try again", async () => {
    const { object } = await nativeConversation("", scriptedPorts().clock);
    const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
    const path = `${sessionsPath(user, app)}/${id}`;
    const patch = async (stateDelta: object, address: string) => {
      const headers = { "cf-connecting-ip": address };
      return (await rest("PATCH", path, { stateDelta }, headers)).status;
    };
    for (let n = 0; n < fit; n++) expect(await patch({ n, large }, "203.0.113.7")).toBe(200);
    expect(await patch({ large }, "203.0.113.7")).toBe(429);
    expect(await patch({ large }, "203.0.113.8")).toBe(200);
  });
});

describe("[LIMIT39] the state of a conversation that stores too much is not changed", () => {
  it("in words, and the conversation goes on", async () => {
    const { object, ann, model } = await nativeConversation();
    ann.send({ type: "state", delta: { n: 1 } });
    await ann.event(({ actions }) => actions?.stateDelta?.["n"] === 1);
    setLimits(object, { storedBytes: 4_096 });
    ann.send({ type: "state", delta: { n: 2 } });
    expect(await ann.next("error")).toMatchObject({
      code: "STATE_FULL",
      message: expect.stringMatching(/stores more than 4096 bytes.*goes on/),
    });
    const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
    const path = `${sessionsPath(user, app)}/${id}`;
    expect((await rest("PATCH", path, { stateDelta: { n: 3 } })).status).toBe(413);
    expect((await rest("GET", path)).body.state).toEqual({ n: 1 });
    ann.send({ type: "text", text: "Still there?" });
    await model.until(({ received }) => JSON.stringify(received).includes("Still there?"));
  });
});

describe("[LIMIT12] a bounded number of typed messages waits for an author's hook", () => {
  it("the next one is refused, and those that wait are sent", async () => {
    const verdict = Promise.withResolvers<void>();
    let calls = 0;
    const slow = agent({
      name: "assistant",
      model: "gemini-3.8-live",
      hooks: {
        beforeModel: async () => {
          calls++;
          await verdict.promise;
          return undefined;
        },
      },
    });
    const { ann, model } = await connectedConversation(slow);
    const { value } = limits.pendingTexts;
    for (let at = 0; at <= value; at++) ann.send({ type: "text", text: `Text ${at}.` });
    expect(await ann.next(({ errorCode }) => errorCode !== undefined)).toMatchObject({
      errorCode: "TOO_MANY_PENDING",
    });
    expect(calls).toBe(value);
    verdict.resolve();
    await model.until(({ received }) =>
      JSON.stringify(received.at(-1)).includes(`Text ${value - 1}.`),
    );
  });
});

describe("[LIMIT11] a conversation connects to the model no more often than the limit", () => {
  it("the clients get the time, and what was typed meanwhile reaches the next session", async () => {
    const { clock } = scriptedPorts();
    const { object, models } = newConversation();
    setClock(object, clock);
    setLimits(object, { dials: 1 });
    const join = async () => {
      const { client } = await connectNative(`${pathOf(object)}&role=operator`);
      await client.hello({ role: "operator" });
      return client;
    };
    const advance = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms));
    const ann = await join();
    const first = await models.connection(0);
    ann.send({ type: "end" });
    await ann.untilClosed();
    const bob = await join();
    bob.send({ type: "text", text: "Still there?" });
    await bob.event(({ author }) => author === "user");
    expect(JSON.stringify(bob.received)).toMatch(/RATE_LIMITED.*goes on by itself in 60 s\./);
    await first.until(({ closed }) => closed !== undefined);
    expect(models.all).toHaveLength(1);
    await advance(60_000);
    const next = await models.connection(1);
    await next.until(({ received }) => received.length > 0);
    await next.send({ setupComplete: {} });
    await next.until(({ received }) => JSON.stringify(received).includes("Still there?"));
  });
});
