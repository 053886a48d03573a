import { env } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { adkSessions } from "../../src/routes/adk-sessions.ts";
import { rest, sessions } from "./rest.ts";

describe("[SESS7] who may not open a socket may not read, write or list either", () => {
  it("a foreign page is refused, a listed one may look", async () => {
    const headers = { origin: "https://evil.example" };
    expect(await rest("GET", sessions("ann"), undefined, headers)).toEqual({
      status: 403,
      body: "Forbidden: origin not allowed",
    });
    expect((await rest("DELETE", `${sessions("ann")}/s`, undefined, headers)).status).toBe(403);
    expect((await rest("GET", sessions("google.ann"))).status).toBe(400);
  });

  it.each([
    ["GET", "", 401, undefined],
    ["POST", "", 401, undefined],
    ["GET", "/s", 401, { user: "bob" }],
    ["GET", "", 200, { user: "ann" }],
    ["GET", "", 401, { user: "ann", session: "s" }],
    ["POST", "", 401, { user: "ann", session: "s" }],
    ["DELETE", "/s", 200, { user: "ann", session: "s" }],
  ])("where tokens are needed: %s %s → %i", async (method, path, status, claims) => {
    const secret = "a secret of the test";
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = claims && (await sign({ ...claims, exp }, secret, "HS256"));
    const response = await adkSessions.request(
      `https://parley.test${sessions("ann")}${path}`,
      { method, headers: token ? { authorization: `Bearer ${token}` } : {} },
      { ...env, AUTH_SECRET: secret },
    );
    expect(response.status).toBe(status);
  });

  it("a page that the operator lists is let in from elsewhere", async () => {
    const from = (origin: string) =>
      adkSessions.request(
        `https://parley.test${sessions("ann")}`,
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
