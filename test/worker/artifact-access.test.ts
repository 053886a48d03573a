import { describe, expect, it } from "vitest";
import { Client, newConversation } from "./client.ts";
import { loggedSummary } from "./fault-conversation.ts";
import { NativeClient, pathOf } from "./native.ts";
import { sessionsPath, type Body } from "./rest.ts";
import { ask, askSocket, tokenFor } from "./tokens.ts";

const note = (filename: string) => ({ filename, artifact: { text: "<script>alert(1)</script>" } });

/** A user's files are there for all conversations: other tests have other users. */
const user = "artifact-access";

async function artifacts(claims: (session: string) => object) {
  const session = crypto.randomUUID();
  const path = `${sessionsPath(user)}/${session}`;
  const admin = await tokenFor();
  await ask(path, { method: "POST", token: admin, body: {} });
  return { path: `${path}/artifacts`, admin, token: await tokenFor(claims(session)) };
}

describe("[TOKEN17] a token of one session changes no files of its user", () => {
  it("neither saves nor deletes one; the session's own files it may", async () => {
    const { path, admin, token } = await artifacts((session) => ({
      user,
      session,
      role: "operator",
    }));
    const save = (by: string, filename: string) =>
      ask(path, { method: "POST", token: by, body: note(filename) });
    const remove = (by: string, filename: string) =>
      ask(`${path}/${filename}`, { method: "DELETE", token: by });
    expect((await save(token, "user:a.txt")).status).toBe(403);
    expect((await save(admin, "user:a.txt")).status).toBe(200);
    expect((await remove(token, "user:a.txt")).status).toBe(403);
    expect((await ask(`${path}/user:a.txt`, { token })).status).toBe(200);
    expect((await save(token, "a.txt")).status).toBe(200);
    expect((await remove(token, "a.txt")).status).toBe(200);
  });

  it("a token of the user may", async () => {
    const { path, token } = await artifacts(() => ({ user }));
    const saved = await ask(path, { method: "POST", token, body: note("user:b.txt") });
    expect(saved.status).toBe(200);
  });
});

describe("[TOKEN17] a token of one session changes no state of its user", () => {
  const own = "state-access";
  const foreign = { "user:pet": "cat", colour: "blue" };

  /** A conversation with a token for it alone, and one of its user. */
  async function conversation() {
    const { object } = newConversation("assistant", own);
    const [, , session = ""] = JSON.parse(object) as string[];
    const [token, users] = [await tokenFor({ user: own, session }), await tokenFor({ user: own })];
    const path = `${sessionsPath(own)}/${session}`;
    const state = async () => {
      const response = await ask(path, { token: users });
      return response.status === 404 ? undefined : (await response.json<Body>()).state;
    };
    return { object, session, token, users, path, state };
  }

  const inWords = expect.stringMatching(/"user:pet" belongs to all sessions.*Nothing was changed/);

  it("by the state or the events of a new session", async () => {
    const { session, token, users, path, state } = await conversation();
    const list = sessionsPath(own);
    const events = [{ author: "user", actions: { stateDelta: foreign } }];
    for (const [address, body] of [
      [path, foreign],
      [list, { sessionId: session, state: foreign }],
      [list, { sessionId: session, events }],
    ] as const) {
      const refused = await ask(address, { method: "POST", token, body });
      expect([refused.status, await refused.json()]).toEqual([403, { detail: inWords }]);
    }
    expect(await state()).toBeUndefined();
    const made = await ask(list, { method: "POST", token: users, body: { sessionId: session } });
    expect(made.status).toBe(200);
  });

  it("by PATCH, nor with null; its own state it may, and a token of the user may both", async () => {
    const { token, users, path, state } = await conversation();
    const patch = (by: string, stateDelta: object) =>
      ask(path, { method: "PATCH", token: by, body: { stateDelta } });
    expect((await ask(path, { method: "POST", token, body: { size: 1 } })).status).toBe(200);
    const refused = await patch(token, foreign);
    expect([refused.status, await refused.json()]).toEqual([403, { detail: inWords }]);
    expect((await patch(token, { "user:pet": null })).status).toBe(403);
    expect(await state()).toEqual({ size: 1 });
    expect((await patch(token, { colour: "red" })).status).toBe(200);
    expect((await patch(users, { "user:owner": 1 })).status).toBe(200);
    expect(await state()).toEqual({ size: 1, colour: "red", "user:owner": 1 });
    await patch(users, { "user:owner": null });
  });

  it("by a frame of parley.v1, of bidi-demo or of /run_live", async () => {
    const { object, session, token, users, state } = await conversation();
    const headers = { "Sec-WebSocket-Protocol": "parley.v1" };
    const ann = new NativeClient(await askSocket(pathOf(object), { token, headers }));
    await ann.hello();
    ann.send({ type: "state", delta: foreign });
    expect(await ann.next("error")).toMatchObject({ code: "NOT_ALLOWED", message: inWords });
    const bob = new Client(await askSocket(pathOf(object), { token }));
    bob.send({ type: "state", delta: foreign });
    expect(await bob.next()).toMatchObject({ errorCode: "NOT_ALLOWED", errorMessage: inWords });
    const query = `app_name=assistant&user_id=${own}&session_id=${session}`;
    const eve = new Client(await askSocket(`/run_live?${query}`, { token }));
    eve.send({ state_delta: foreign });
    expect(await eve.next()).toMatchObject({ errorCode: "NOT_ALLOWED", errorMessage: inWords });
    expect(await state()).toEqual({});
    const dan = new NativeClient(await askSocket(pathOf(object), { token: users, headers }));
    await dan.hello();
    dan.send({ type: "state", delta: { "user:frame": 1 } });
    await dan.event(({ actions }) => actions?.stateDelta?.["user:frame"] === 1);
    dan.send({ type: "state", delta: { "user:frame": null } });
    await dan.event(({ actions }) => actions?.stateDelta?.["user:frame"] === null);
  });

  it("by a run, whose message is not sent either", async () => {
    const { object, session, token, path, state } = await conversation();
    await ask(path, { method: "POST", token, body: {} });
    const newMessage = { parts: [{ text: "Hello." }] };
    const run = { appName: "assistant", userId: own, sessionId: session, newMessage };
    const response = await ask("/run", {
      method: "POST",
      token,
      body: { ...run, stateDelta: foreign },
    });
    expect(await response.json()).toMatchObject([
      { errorCode: "NOT_ALLOWED", errorMessage: inWords },
    ]);
    expect(await state()).toEqual({});
    expect(await loggedSummary(object)).toEqual([]);
  });
});

describe("[SESS18] artifacts are downloads", () => {
  it("a list, a file, and an error", async () => {
    const { path, admin } = await artifacts(() => ({}));
    await ask(path, { method: "POST", token: admin, body: note("page.html") });
    for (const each of ["", "/page.html", "/page.html/versions", "/none"]) {
      const { headers } = await ask(path + each, { token: admin });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-disposition")).toBe("attachment");
      expect(headers.get("content-security-policy")).toContain("sandbox");
    }
  });
});

describe("[RUN28] a message that is too big is refused as that", () => {
  it.each(["/run", "/run_sse"])("%s", async (route) => {
    const { path, admin } = await artifacts(() => ({}));
    const sessionId = path.split("/").at(-2);
    for (const bytes of [1_100_000, 2_500_000]) {
      const newMessage = { parts: [{ text: "x".repeat(bytes) }] };
      const body = { appName: "assistant", userId: user, sessionId, newMessage };
      const response = await ask(route, { method: "POST", token: admin, body });
      expect(response.status).toBe(413);
      expect(await response.text()).toContain(`${1024 * 1024} are taken`);
    }
  });
});
