import { describe, expect, it } from "vitest";
import { method as liveMethod } from "./live-client.ts";
import { ask, askSocket, tokenFor, untilClosed, type TokenRequest } from "./tokens.ts";

/** One request of each protocol and kind of route, to a conversation of ann's. */
const requests: Readonly<Record<string, (token: string) => Promise<string>>> = {
  "parley.v1": async (token) => {
    const headers = { "sec-websocket-protocol": `parley.v1, auth.${token}` };
    return (await untilClosed(await askSocket("/ws/ann/one", { headers }))).text;
  },
  "bidi-demo": async (token) => (await untilClosed(await askSocket("/ws/ann/one", { token }))).text,
  run_live: async (token) => {
    const path = "/run_live?app_name=assistant&user_id=ann&session_id=one";
    return (await untilClosed(await askSocket(path, { token }))).text;
  },
  "the Live API": async (token) => {
    const path = `/live/assistant/ann/one/${liveMethod}?key=${token}`;
    return (await untilClosed(await askSocket(path))).reason;
  },
  "an ephemeral token": (token) =>
    refusalOf("/live/assistant/ann/one/v1beta/auth_tokens", { method: "POST", token, body: {} }),
  "GET /events": (token) => refusalOf(`/events/ann/one?access_token=${token}`),
  "POST /send": (token) =>
    refusalOf("/send/ann/one", {
      method: "POST",
      token,
      body: { mime_type: "text/plain", data: "a" },
    }),
  "POST /run": (token) =>
    refusalOf("/run", {
      method: "POST",
      token,
      body: { userId: "ann", sessionId: "one", newMessage: { parts: [{ text: "a" }] } },
    }),
  "a list of sessions": (token) => refusalOf("/apps/assistant/users/ann/sessions", { token }),
  "a new session": (token) =>
    refusalOf("/apps/assistant/users/ann/sessions", { method: "POST", token, body: {} }),
  "a deletion": (token) =>
    refusalOf("/apps/assistant/users/ann/sessions/one", { method: "DELETE", token }),
  artifacts: (token) => refusalOf("/apps/assistant/users/ann/sessions/one/artifacts", { token }),
  "an agent's definition": (token) => refusalOf("/apps/assistant/app-info", { token }),
  "a trace": (token) =>
    refusalOf("/dev/apps/assistant/debug/trace/session/one?user_id=ann", { token }),
};

async function refusalOf(path: string, request: TokenRequest = {}): Promise<string> {
  const response = await ask(path, request);
  const text = await response.text();
  return response.status === 401 ? text : `HTTP ${response.status}: ${text}`;
}

describe.each(Object.entries(requests))(
  "[TOKEN5] a claim that is not understood refuses the token, in words: %s",
  (_, request) => {
    it.each<[object, string]>([
      [{ user: 42 }, "user"],
      [{ user: "ann", session: null }, "session"],
      [{ role: "viewer" }, "role"],
      [{ role: ["observer"] }, "role"],
      [{ user: "ann", roles: ["observer"] }, "roles"],
      [{ user: "ann", exp: "4000000000" }, "exp"],
    ])("%j", async (claims, claim) => {
      const text = await request(await tokenFor(claims));
      expect(text).toContain("The token is refused");
      expect(text.replaceAll("\\", "")).toContain(`"${claim}"`);
    });
  },
);

describe("[TOKEN7] a request that changes something takes no token from its address", () => {
  const body = { mime_type: "text/plain", data: "Hello" };

  it.each(["listener", "speaker", "operator"])("a %s's token", async (role) => {
    const token = await tokenFor({ user: "ann", role });
    const path = `/send/ann/one?access_token=${token}`;
    expect((await ask(path, { method: "POST", body })).status).toBe(401);
    for (const name of ["key", "access_token"]) {
      const address = `/live/assistant/ann/one/v1beta/auth_tokens?${name}=${token}`;
      expect((await ask(address, { method: "POST", body: {} })).status).toBe(401);
    }
  });

  it("identity and role are those of one token, wherever another one is", async () => {
    const [listener, operator] = [
      await tokenFor({ user: "ann", role: "listener" }),
      await tokenFor({ user: "bob", role: "operator" }),
    ];
    const path = `/send/ann/one?access_token=${listener}`;
    expect((await ask(path, { method: "POST", body, token: operator })).status).toBe(401);
    const stream = await ask(`/events/ann/one?access_token=${listener}`, { token: operator });
    expect(stream.status).toBe(401);
  });

  it("the words of a listener with a token of its own are refused", async () => {
    const token = await tokenFor({ user: "ann", role: "listener" });
    const stream = await ask("/events/ann/two", { token });
    expect(stream.status).toBe(200);
    const sent = await ask("/send/ann/two", { method: "POST", body, token });
    expect(await sent.json()).toMatchObject({ code: "NOT_ALLOWED" });
    await stream.body?.cancel();
  });

  it("a role in the address raises none of a token", async () => {
    const token = await tokenFor({ user: "ann", role: "listener" });
    const stream = await ask("/events/ann/three?role=operator", { token });
    const sent = await ask("/send/ann/three?role=operator", { method: "POST", body, token });
    expect(await sent.json()).toMatchObject({ code: "NOT_ALLOWED" });
    await stream.body?.cancel();
  });
});

describe("[TOKEN8] a token may name the protocols and the agents that it is for", () => {
  it.each<[object, string, number]>([
    [{ protocols: ["sse"] }, "/apps/assistant/users/ann/sessions", 401],
    [{ protocols: ["adk-server"] }, "/apps/assistant/users/ann/sessions", 200],
    [{ protocols: ["adk-server"] }, "/events/ann/one", 401],
    [{ agents: ["dice"] }, "/apps/assistant/users/ann/sessions", 401],
    [{ agents: ["dice", "assistant"] }, "/apps/assistant/users/ann/sessions", 200],
    [{ agents: ["dice"] }, "/events/ann/one", 401],
  ])("%j at %s → %i", async (claims, path, status) => {
    const response = await ask(path, { token: await tokenFor({ user: "ann", ...claims }) });
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  it("an ephemeral token keeps them", async () => {
    const token = await tokenFor({ user: "ann", protocols: ["live-api"], agents: ["dice"] });
    const made = await ask("/v1beta/auth_tokens", { method: "POST", token, body: {} });
    const { name } = await made.json<{ name: string }>();
    const claims: unknown = JSON.parse(atob(name.split(".")[1] ?? ""));
    expect(claims).toMatchObject({ user: "ann", protocols: ["live-api"], agents: ["dice"] });
    const path = `/live/assistant/ann/one/${liveMethod}?access_token=${name}`;
    expect((await untilClosed(await askSocket(path))).reason).toContain("not for the agent");
  });
});

describe("[TOKEN9] an ephemeral token never outlives the token that made it", () => {
  it("made with six seconds left", async () => {
    const exp = Math.floor(Date.now() / 1000) + 6;
    const expireTime = new Date(Date.now() + 19 * 60 * 60_000).toISOString();
    const token = await tokenFor({ user: "ann", exp });
    const made = await ask("/v1beta/auth_tokens", { method: "POST", token, body: { expireTime } });
    const { name } = await made.json<{ name: string }>();
    expect(JSON.parse(atob(name.split(".")[1] ?? ""))).toMatchObject({ exp });
  });
});

describe("[APPROVE7] the operator role needs a claim, or a request where no token is required", () => {
  const roleOf = async (path: string, token?: string, settings: Record<string, string> = {}) => {
    const headers = { "sec-websocket-protocol": "parley.v1" };
    const socket = await askSocket(path, { headers, settings, ...(token && { token }) });
    const frame = Promise.withResolvers<{ role?: string; code?: string }>();
    socket.addEventListener("message", ({ data }) =>
      frame.resolve(JSON.parse(String(data)) as { role?: string; code?: string }),
    );
    socket.accept();
    socket.send('{"type":"hello"}');
    const { role, code } = await frame.promise;
    socket.close(1000);
    return role ?? code;
  };
  const open = { AUTH_SECRET: "", ALLOW_ANONYMOUS: "1" };

  it.each<[object | undefined, string, string, object?]>([
    [{ role: "operator" }, "", "operator"],
    [{}, "?role=operator", "speaker"],
    [{ role: "observer" }, "?role=operator", "observer"],
    [undefined, "?role=operator", "UNAUTHENTICATED"],
    [undefined, "?role=operator", "operator", open],
    [undefined, "", "speaker", open],
    [undefined, "?role=viewer", "BAD_IDENTITY", open],
  ])("%j %s → %s %j", async (claims, query, role, settings) => {
    const token = claims && (await tokenFor(claims));
    expect(await roleOf(`/ws/ann/roles${query}`, token, { ...settings })).toBe(role);
  });
});
