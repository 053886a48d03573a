import { env } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { adkArtifacts } from "../../src/protocols/adk-server/artifacts-route.ts";
import { adkDev } from "../../src/protocols/adk-server/dev-route.ts";
import { adkSessions } from "../../src/protocols/adk-server/sessions-route.ts";
import { rest, sessionsPath } from "./rest.ts";

describe("[SESS7] a client that may not open a socket may not read, write or list either", () => {
  it("refuses a foreign page and an invalid user", async () => {
    const headers = { origin: "https://evil.example" };
    expect(await rest("GET", sessionsPath("ann"), undefined, headers)).toEqual({
      status: 403,
      body: "Forbidden: origin not allowed",
    });
    expect((await rest("DELETE", `${sessionsPath("ann")}/s`, undefined, headers)).status).toBe(403);
    expect((await rest("GET", sessionsPath("google.ann"))).status).toBe(400);
  });

  it.each([
    ["GET", "", 401, undefined],
    ["POST", "", 401, undefined],
    ["GET", "/s", 401, { user: "bob" }],
    ["GET", "", 200, { user: "ann" }],
    ["GET", "", 401, { user: "ann", session: "s" }],
    ["POST", "", 401, { user: "ann", session: "s" }],
    ["DELETE", "/s", 200, { user: "ann", session: "s" }],
  ])("where tokens are required: %s %s → %i", async (method, path, status, claims) => {
    const secret = "a secret of the test";
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = claims && (await sign({ ...claims, exp }, secret, "HS256"));
    const response = await adkSessions.request(
      `https://parley.test${sessionsPath("ann")}${path}`,
      { method, headers: token ? { authorization: `Bearer ${token}` } : {} },
      { ...env, AUTH_SECRET: secret },
    );
    expect(response.status).toBe(status);
  });

  it("admits a page of a listed origin", async () => {
    const from = (origin: string) =>
      adkSessions.request(
        `https://parley.test${sessionsPath("ann")}`,
        { method: "OPTIONS", headers: { origin, "access-control-request-method": "PATCH" } },
        { ...env, ALLOWED_ORIGINS: "https://shop.example" },
      );
    const listed = await from("https://shop.example");
    expect(listed.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(listed.headers.get("access-control-allow-methods")).toContain("PATCH");
    const other = await from("https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("[ORIGIN2] without tokens, a host that a stranger can register is refused", () => {
  it.each([
    ["http://evil.com:8787", {}, 403],
    ["http://192.168.1.20:8787", {}, 403],
    ["http://127.0.0.1:8787", {}, 200],
    ["http://evil.com:8787", { ALLOWED_ORIGINS: "http://evil.com:8787" }, 200],
  ])("%s with %j → %i", async (origin, settings, status) => {
    const url = `${origin}${sessionsPath("ann")}`;
    const response = await adkSessions.request(url, {}, { ...env, ...settings });
    expect(response.status).toBe(status);
    if (status === 403) expect(await response.text()).toBe("Forbidden: host not allowed");
    for (const path of ["/version", "/health", "/dev/apps/assistant/eval_sets"])
      expect((await adkDev.request(origin + path, {}, { ...env, ...settings })).status).toBe(
        status,
      );
    const apps = await adkSessions.request(`${origin}/list-apps`, {}, { ...env, ...settings });
    expect(apps.status).toBe(status);
  });
});

describe("[SESS11] over HTTP a token's role holds as in the conversation", () => {
  const secret = "a secret of the test";
  const ask = async (role: string | undefined, method: string, path: string, body?: object) => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = await sign({ user: "rolf", exp, ...(role && { role }) }, secret, "HS256");
    const routes = path.includes("/artifacts") ? adkArtifacts : adkSessions;
    return routes.request(
      `https://parley.test${sessionsPath("rolf")}${path}`,
      {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      },
      { ...env, AUTH_SECRET: secret },
    );
  };
  const file = { filename: "a.txt", artifact: { text: "a" } };
  const requests: [string, string, object?][] = [
    ["POST", "/s"],
    ["POST", "", { sessionId: "t" }],
    ["PATCH", "/s", { stateDelta: { a: 1 } }],
    ["POST", "/s/artifacts", file],
    ["DELETE", "/s/artifacts/a.txt"],
    ["DELETE", "/s"],
    ["DELETE", "/t"],
  ];

  it.each([
    ["observer", [403, 403, 403, 403, 403, 403, 403]],
    ["listener", [403, 403, 403, 403, 403, 403, 403]],
    ["speaker", [200, 200, 200, 200, 200, 403, 403]],
    ["operator", [409, 409, 200, 200, 200, 200, 200]],
    [undefined, [200, 200, 200, 200, 200, 200, 200]],
  ])("%s", async (role, statuses) => {
    const answers: Response[] = [];
    for (const each of requests) answers.push(await ask(role, ...each));
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    expect((await ask(role, "GET", "")).status).toBe(200);
    const no = answers.find(({ status }) => status === 403);
    if (no) expect(await no.json()).toEqual({ detail: expect.stringContaining(`"${role}"`) });
  });
});
