/** A person that an operator has removed: its connections, its requests by HTTP, and its way back. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LateClock } from "../support/late-clock.ts";
import { newConversation } from "./client.ts";
import { NativeClient, pathOf } from "./native.ts";
import { nativeConversation } from "./native-conversation.ts";
import { sessionsPath } from "./rest.ts";
import { text } from "./sse.ts";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import { Budgets } from "../../src/conversation/budgets.ts";
import { ask, askSocket, secret, tokenFor } from "./tokens.ts";
import { setAuth, setClock } from "./upstreams.ts";

const native = { "Sec-WebSocket-Protocol": "parley.v1" };
const partsOf = (object: string) => JSON.parse(object) as [string, string, string];

async function withToken(object: string, claims: object = {}, token?: string) {
  const presented = token ?? (await tokenFor(claims));
  const socket = await askSocket(pathOf(object), { token: presented, headers: native });
  return new NativeClient(socket);
}

describe("[ROLE11] an operator removes a participant", () => {
  it("with all connections of its person, which is refused for an hour", async () => {
    const { object } = newConversation();
    const clock = new LateClock();
    setClock(object, clock);
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const token = await tokenFor({ jti: "bob" });
    const [first, second] = [
      await withToken(object, {}, token),
      await withToken(object, {}, token),
    ];
    const [{ you }] = [await first.hello(), await second.hello()];
    boss.send({ type: "remove", who: you, reason: "Please be kind." });
    for (const each of [first, second]) {
      expect(await each.next("error")).toMatchObject({ code: "REMOVED", action: "give up" });
      expect(await each.next("goAway")).toMatchObject({ code: 1008, again: false });
      expect(await each.untilClosed()).toEqual({ code: 1008, reason: "Please be kind." });
    }
    expect(await boss.next("presence", ({ change }) => change === "left")).toMatchObject({
      participant: { id: you },
      reason: "An operator has removed this participant.",
    });
    const again = await withToken(object, {}, token);
    expect(await again.next("error")).toMatchObject({
      code: "REMOVED",
      message: expect.stringContaining("in 60 min."),
    });
    const other = await withToken(object, {}, await tokenFor({ jti: "eve" }));
    await other.hello();
    boss.send({ type: "remove", who: "nobody" });
    expect(await boss.next("error")).toMatchObject({ code: "NOT_FOUND" });
    clock.stop(3_600_000);
    const later = await withToken(object, {}, token);
    await later.hello();
  });

  it("[SESS7] by HTTP, too, whatever role its token leaves open", async () => {
    const { object } = newConversation();
    const [app, user, session] = partsOf(object);
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const token = await tokenFor({ user, jti: "mallory" });
    const { you } = await (await withToken(object, {}, token)).hello();
    const path = `${sessionsPath(user, app)}/${session}`;
    const file = { filename: "a", artifact: { text: "a" } };
    for (const filename of ["a", "user:a"])
      await ask(`${path}/artifacts`, { method: "POST", token, body: { ...file, filename } });
    boss.send({ type: "remove", who: you });
    await boss.next("presence", ({ change }) => change === "left");
    const requests: readonly [string, string, object?][] = [
      ["GET", path],
      ["POST", path, { a: 1 }],
      ["PATCH", path, { stateDelta: { a: 1 } }],
      ["DELETE", path],
      ["GET", `${path}/artifacts`],
      ["GET", `${path}/artifacts/a`],
      ["GET", `${path}/artifacts/a/versions/0/metadata`],
      ["POST", `${path}/artifacts`, file],
      ["DELETE", `${path}/artifacts/a`],
      ["DELETE", `${path}/artifacts/user:a`],
      ["GET", `/dev/apps/${app}/debug/trace/session/${session}?user_id=${user}`],
      ["POST", "/run", { appName: app, userId: user, sessionId: session, stateDelta: { a: 1 } }],
    ];
    for (const [method, each, body] of requests) {
      const response = await ask(each, { method, token, body });
      expect([method, each, response.status]).toEqual([method, each, 403]);
      expect(await response.json()).toEqual({
        detail: expect.stringContaining("has removed you from this conversation"),
      });
    }
    const sent = await ask(`/send/${user}/${session}`, {
      method: "POST",
      token,
      body: text("Hi."),
    });
    expect(await sent.json()).toMatchObject({ code: "REMOVED" });
    const operator = await tokenFor({ user, role: "operator" });
    const { state } = await (await ask(path, { token: operator })).json<{ state: object }>();
    expect(state).toEqual({});
    const files = await ask(`${path}/artifacts`, { token: operator });
    expect(await files.json()).toEqual(["a", "user:a"]);
  });

  it("whose admission was under way, too", async () => {
    const { object } = newConversation();
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const token = await tokenFor({ jti: "trudy" });
    const { you } = await (await withToken(object, {}, token)).hello();
    // No promise: the object would resolve it for the test, which has other sockets.
    const budgets = { asked: false, answered: false };
    vi.spyOn(Budgets.prototype, "admissionError").mockImplementationOnce(async () => {
      budgets.asked = true;
      while (!budgets.answered) await scheduler.wait(1);
      return undefined;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const again = withToken(object, {}, token);
    while (!budgets.asked) await scheduler.wait(1);
    boss.send({ type: "remove", who: you });
    await boss.next("presence", ({ change }) => change === "left");
    budgets.answered = true;
    expect(await (await again).next("error")).toMatchObject({ code: "REMOVED" });
  });

  it("whose token must not renew another's", async () => {
    const { object } = newConversation();
    setAuth(object, { ...readConfig(env, agents).auth, secret, anonymous: false });
    const boss = await withToken(object, { role: "operator" });
    await boss.hello();
    const token = await tokenFor({ jti: "mallet" });
    const { you } = await (await withToken(object, {}, token)).hello();
    const other = await withToken(object, { jti: "oscar" });
    await other.hello();
    boss.send({ type: "remove", who: you });
    await boss.next("presence", ({ change }) => change === "left");
    other.send({ type: "token", token });
    expect(await other.next("error")).toMatchObject({ code: "REMOVED" });
    other.send({ type: "token", token: await tokenFor({ jti: "oscar2" }) });
    await other.next("token");
  });

  it("alone if it has the operator's own token, which must not lock the operator out", async () => {
    const { object } = newConversation();
    const token = await tokenFor({ jti: "boss", role: "operator" });
    const [boss, phone] = [await withToken(object, {}, token), await withToken(object, {}, token)];
    const [, { you }] = [await boss.hello(), await phone.hello({ role: "speaker" })];
    boss.send({ type: "remove", who: you });
    await phone.untilClosed();
    await boss.hello();
    const third = await withToken(object, {}, token);
    await third.hello({ role: "listener" });
  });

  it("of another protocol, in the words of that protocol", async () => {
    const { joinNative, join } = await nativeConversation();
    const boss = await joinNative("&role=operator");
    const { you } = await boss.hello();
    const eve = await join();
    const joined = await boss.next(
      "presence",
      ({ change, participant }) => change === "joined" && participant.id !== you,
    );
    boss.send({ type: "remove", who: joined.participant.id });
    expect(await eve.next()).toMatchObject({ errorCode: "REMOVED" });
    expect(await eve.untilClosed()).toEqual({
      code: 1008,
      reason: "An operator has removed you from this conversation.",
    });
  });
});
