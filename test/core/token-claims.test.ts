import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { readClaims } from "../../src/access/claims.ts";
import { scopeError } from "../../src/access/grant-checks.ts";
import { decryptHandle, encryptHandle } from "../../src/access/resumption-handle.ts";
import {
  isGrant,
  signEphemeralToken,
  tokenError,
  verifyCredential,
  type AuthSettings,
} from "../../src/access/token.ts";

const secret = "a secret of some length";
const now = 1_800_000_000_000;
const soon = now / 1000 + 60;
const auth: AuthSettings = { secret, anonymous: false };

const verify = async (claims: object, key = secret, settings = auth) =>
  verifyCredential(await sign({ ...claims }, key, "HS256"), settings, now);

describe("[TOKEN5] a claim that is there and not understood refuses the token, in words", () => {
  it.each<[object, string]>([
    [{ user: 42 }, '"user" must be a text'],
    [{ user: "" }, '"user" must be 1 to 128'],
    [{ user: null }, '"user" must be a text'],
    [{ user: ["ann"] }, '"user" must be a text'],
    [{ user: "google.ann" }, '"user" must not begin'],
    [{ user: "anonymous" }, "stands for no person"],
    [{ user: "anonymous", app: "dice" }, "names no session"],
    [{ app: "a b" }, '"app" must be 1 to 128'],
    [{ session: {} }, '"session" must be a text'],
    [{ role: "viewer" }, '"role" must be one of operator'],
    [{ role: "Listener" }, '"role" must be one of operator'],
    [{ role: ["observer"] }, '"role" must be one of operator'],
    [{ role: "" }, '"role" must be one of operator'],
    [{ role: null }, '"role" must be one of operator'],
    [{ roles: "observer" }, 'does not know its claim "roles"'],
    [{ Role: "observer" }, 'does not know its claim "Role"'],
    [{ agent: "dice" }, 'does not know its claim "agent"'],
    [{ agents: "dice" }, '"agents" must be a list'],
    [{ agents: [] }, '"agents" must not be empty'],
    [{ agents: [7] }, '"agents.0" must be a text'],
    [{ protocols: ["parley.v1"] }, '"protocols.0" may name parley-v1'],
    [{ models: ["a b"] }, '"models.0" must name models'],
    [{ setup: true }, '"setup" must be own or agent'],
    [{ budget: 5 }, '"budget"'],
    [{ budget: {} }, '"budget" must have usd, minutes or tokens'],
    [{ budget: { usd: -1 } }, '"budget.usd" must be above 0'],
    [{ budget: { eur: 1 } }, '"budget"'],
    [{ budget: { usd: 1, eur: 1 }, jti: "j" }, '"budget"'],
    [{ exp: `${soon}` }, '"exp" must be a number of seconds'],
    [{ exp: null }, '"exp" must be a number of seconds'],
    [{ exp: undefined }, "no expiry"],
    [{ exp: 1e300 }, '"exp" must be a number of seconds'],
    [{ nbf: "0" }, '"nbf" must be a number of seconds'],
    [{ nbf: soon }, "not valid yet"],
    [{ iat: soon }, "from the future"],
    [{ jti: 7 }, '"jti" must be a text'],
    [{ sub: "a\ud800" }, '"sub" is not well-formed Unicode'],
    [{ aud: 7 }, '"aud" must be a text or a list of texts'],
    [{ aud: "another" }, '"aud" must name "parley"'],
    [{ aud: ["another", "Parley"] }, '"aud" must name "parley"'],
    [{ aud: [] }, '"aud" must name "parley"'],
    [JSON.parse('{"__proto__":{"role":"observer"}}') as object, "does not know its claim"],
    [{ cnf: {} }, 'does not know its claim "cnf"'],
    [{ user: "ann\n" }, '"user" must be 1 to 128'],
    [{ role: "speaker " }, '"role" must be one of operator'],
    [{ exp: true }, '"exp" must be a number of seconds'],
    [{ budget: { usd: 1, minutes: null }, jti: "j" }, '"budget.minutes" must be a number'],
    [{ email: "ann@x.example" }, 'does not know its claim "email"'],
  ])("%j", async (claims, words) => {
    const fault = await verify({ exp: soon, ...claims });
    expect(fault).toMatchObject({ fault: "refused" });
    if (isGrant(fault)) return;
    expect(tokenError(fault)).toMatchObject({
      code: "UNAUTHENTICATED",
      status: 401,
      close: 1008,
      message: expect.stringContaining(words),
    });
  });

  it.each(["parley", ["another", "parley"]])("takes the audience %j", async (aud) => {
    expect(isGrant(await verify({ exp: soon, aud }))).toBe(true);
  });

  it.each([[[]], ["text"], [null], [7]])("claims that are %j", async (payload) => {
    expect(await readClaims(payload, "secret", now)).toMatchObject({ fault: "refused" });
  });

  it("takes the claims that it knows, of parley and of RFC 7519", async () => {
    const budget = { usd: 1, minutes: 10, tokens: 1000 };
    const claims = {
      app: "dice",
      user: "+1415",
      session: "a+b",
      role: "listener",
      agents: ["dice"],
      protocols: ["sse"],
      setup: "own",
      models: ["models/gemini-3.8-live"],
      budget,
      exp: soon,
      nbf: 0,
      iat: soon - 100,
      jti: "j",
      iss: "me",
      sub: "ann",
      aud: ["parley"],
    };
    expect(await verify(claims)).toEqual({
      bound: { app: "dice", user: "+1415", session: "a+b" },
      agents: ["dice"],
      role: "listener",
      protocols: ["sse"],
      ownSetup: true,
      models: ["models/gemini-3.8-live"],
      budget,
      id: "j",
      issuedAt: (soon - 100) * 1000,
      expiresAt: soon * 1000,
      subject: "ann",
      parent: undefined,
      parentExpiresAt: undefined,
      ephemeral: false,
      agentless: false,
    });
  });

  it("a subject without a user is the user", async () => {
    expect(await verify({ exp: soon, sub: "auth0|ann" })).toMatchObject({
      bound: { user: "auth0_7cann" },
    });
  });

  it("an ephemeral token's own claim is in no other token", async () => {
    expect(await verify({ exp: soon, agentless: true })).toMatchObject({ fault: "refused" });
  });
});

describe("[TOKEN1] a token is signed, unexpired and made for the conversation", () => {
  it.each([
    ["no token", undefined, "missing"],
    ["no JWT", "AIzaSy", "invalid"],
    ["no signature", `${btoa('{"alg":"none"}')}.${btoa(`{"exp":${soon}}`)}.`, "invalid"],
  ])("%s", async (_, credential, fault) => {
    expect(await verifyCredential(credential, auth, now)).toEqual({ fault });
  });

  it("of another secret, algorithm or time", async () => {
    expect(await verify({ exp: soon }, "another secret here")).toEqual({ fault: "invalid" });
    const other = await sign({ exp: soon }, secret, "HS512");
    expect(await verifyCredential(other, auth, now)).toEqual({ fault: "invalid" });
    expect(await verify({ exp: now / 1000 })).toEqual({ fault: "expired" });
  });

  it("a claim binds it, a missing one does not; a list of agents binds it to them", () => {
    const one = { app: "dice", user: "ann", session: "one" };
    const error = (bound: object, agents?: string[], scope: object = one) =>
      scopeError({ bound, agents }, scope as typeof one)?.message;
    expect(error({})).toBeUndefined();
    expect(error(one, ["dice", "assistant"])).toBeUndefined();
    expect(error({ user: "bob" })).toContain("another user");
    expect(error({}, ["assistant"])).toContain("not for the agent dice, but for assistant");
    // A list of all sessions, and what concerns no session.
    expect(error({ session: "one" }, undefined, { ...one, session: null })).toContain("session");
    expect(error({ session: "one" }, undefined, { app: "dice" })).toBeUndefined();
  });

  it("without a secret nothing is valid, or everything", async () => {
    const settings = { secret: undefined, anonymous: false };
    expect(await verify({ exp: soon }, secret, settings)).toEqual({ fault: "no secret" });
    const open = await verify({ role: 7 }, secret, { ...settings, anonymous: true });
    expect(open).toMatchObject({ bound: {}, role: undefined, ownSetup: true, expiresAt: Infinity });
  });
});

describe("[TOKEN6] two secrets are valid at a time, and the newer one signs", () => {
  const rotated: AuthSettings = {
    secret: "the new secret ...",
    previousSecret: secret,
    anonymous: false,
  };
  const after: AuthSettings = { secret: "the new secret ...", anonymous: false };

  it("tokens", async () => {
    expect(await verify({ exp: soon, user: "ann" }, secret, rotated)).toMatchObject({
      bound: { user: "ann" },
    });
    expect(await verify({ exp: soon }, "the new secret ...", rotated)).toMatchObject({ bound: {} });
    expect(await verify({ exp: soon }, secret, after)).toEqual({ fault: "invalid" });
  });

  it("ephemeral tokens and resumption handles", async () => {
    const grant = await readClaims({ exp: soon, user: "ann" }, "secret", now);
    if (!("bound" in grant)) throw new Error("refused");
    for (const [made, read, isValid] of [
      [auth, rotated, true],
      [rotated, after, true],
      [auth, after, false],
    ] as const) {
      const token = await signEphemeralToken(
        grant,
        { id: "e", issuedAt: now, until: now + 1_000 },
        made,
      );
      expect(isGrant(await verifyCredential(token, read, now))).toBe(isValid);
      const handle = await encryptHandle(made, "object", now);
      expect(await decryptHandle(read, handle, now)).toBe(isValid ? "object" : undefined);
    }
  });

  it("no secret of one purpose is valid for another", async () => {
    const handle = await encryptHandle(auth, "object", now);
    expect(await verifyCredential(`auth_tokens/${handle}`, rotated, now)).toEqual({
      fault: "invalid",
    });
    const token = await sign({ exp: soon, jti: "e" }, secret, "HS256");
    expect(await verifyCredential(`auth_tokens/${token}`, auth, now)).toEqual({ fault: "invalid" });
    const grant = await verify({ exp: soon });
    if (!isGrant(grant)) throw new Error("refused");
    const ephemeral = await signEphemeralToken(
      grant,
      { id: "e", issuedAt: now, until: soon * 1000 },
      auth,
    );
    expect(await verifyCredential(ephemeral.replace("auth_tokens/", ""), auth, now)).toEqual({
      fault: "invalid",
    });
  });
});
