import { decode } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { sessionsPath } from "./rest.ts";
import { ask, tokenFor, type TokenRequest } from "./tokens.ts";

const admin = "the admin secret of the test";
const settings = { ADMIN_SECRET: admin };

const post = async (path: string, body: object, request: TokenRequest = {}) => {
  const response = await ask(path, { method: "POST", body, token: admin, settings, ...request });
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
};
const read = async (user: string, token: unknown) =>
  (await ask(sessionsPath(user), { token: String(token) })).status;

describe("[TOKEN15] a back end with the admin secret gets short-lived tokens", () => {
  it("bound to a user, with every claim that it names", async () => {
    const claims = {
      user: "kim",
      role: "listener",
      agents: ["assistant"],
      protocols: ["adk-server"],
      models: ["gemini-3.8-live"],
      budget: { usd: 0.5, minutes: 10 },
    };
    const { status, body } = await post("/api/tokens", { ...claims, minutes: 5 });
    expect([status, body["jti"]]).toEqual([201, expect.any(String)]);
    const token = String(body["token"]);
    expect(JSON.parse(atob(token.split(".")[1] ?? ""))).toMatchObject({
      ...claims,
      jti: body["jti"],
    });
    const left = Date.parse(String(body["expiresAt"])) - Date.now();
    expect(left).toBeGreaterThan(290_000);
    expect(left).toBeLessThanOrEqual(301_000);
    expect(await read("kim", token)).toBe(200);
    expect(await read("lee", token)).toBe(401);
  });

  it.each<[object, string]>([
    [{}, "user"],
    [{ user: "kim", role: "viewer" }, "role"],
    [{ user: "kim", roles: [] }, "roles"],
    [{ user: "kim", minutes: 1441 }, "minutes"],
    [{ user: "kim", minutes: -1 }, "minutes"],
    [{ user: "kim", exp: 4e9 }, "exp"],
    [{ user: "kim", budget: { eur: 1 } }, "eur"],
    [{ user: "anonymous" }, "stands for no person"],
  ])("%j is refused by name", async (claims, name) => {
    expect(await post("/api/tokens", claims)).toMatchObject({
      status: 400,
      body: { code: "BAD_FRAME", message: expect.stringContaining(name) },
    });
  });

  it.each(["/api/tokens", "/api/tokens/revoke"])("%s is for no one else", async (path) => {
    const body = { user: "kim" };
    const operator = await tokenFor({ role: "operator" });
    for (const token of [undefined, operator, `${admin}x`])
      expect((await post(path, body, { token })).status).toBe(401);
    expect((await post(`${path}?access_token=${admin}`, body, { token: undefined })).status).toBe(
      401,
    );
    const headers = { origin: "https://evil.example" };
    expect((await post(path, body, { headers })).status).toBe(403);
    expect((await post(path, body, { settings: {} })).status).toBe(501);
  });

  it("revokes a user's tokens, or one", async () => {
    const first = await post("/api/tokens", { user: "max" });
    const second = await post("/api/tokens", { user: "max" });
    expect(await read("max", first.body["token"])).toBe(200);
    const { jti } = first.body;
    expect(await post("/api/tokens/revoke", { jti })).toEqual({
      status: 200,
      body: { revoked: { jti } },
    });
    expect(await read("max", first.body["token"])).toBe(401);
    expect(await read("max", second.body["token"])).toBe(200);
    await post("/api/tokens/revoke", { user: "max" });
    expect(await read("max", second.body["token"])).toBe(401);
    // The user of an identity provider's subject.
    expect(await post("/api/tokens/revoke", { sub: "auth0|max" })).toMatchObject({
      body: { revoked: { user: "auth0_7cmax" } },
    });
    expect((await post("/api/tokens/revoke", { user: "auth0|max" })).status).toBe(400);
    expect((await post("/api/tokens/revoke", { name: "max" })).status).toBe(400);
  });

  it.each([900, Math.floor(Date.now() / 1000)])(
    "revokes no token that expired at %d",
    async (exp) => {
      expect(await post("/api/tokens/revoke", { jti: "old", exp })).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining("Nothing was revoked") },
      });
    },
  );

  it("makes clients that name no user no one person", async () => {
    const { body } = await post("/api/tokens", { user: "anonymous", session: "s" });
    expect(decode(String(body["token"])).payload).toMatchObject({ user: "anonymous" });
    expect(decode(String(body["token"])).payload).not.toHaveProperty("sub");
  });
});
