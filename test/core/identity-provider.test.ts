import { sign } from "hono/jwt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetKeys } from "../../src/access/identity-provider.ts";
import { verifyCredential, type AuthSettings } from "../../src/access/token.ts";
import { eventually } from "../support/eventually.ts";

const now = 1_800_000_000_000;
const soon = now / 1000 + 60;
const jwksUrl = "https://login.example/jwks.json";
const provider = { jwksUrl, issuer: "https://login.example", audience: "parley", claim: undefined };
const auth: AuthSettings = { secret: "a secret of some length", anonymous: false, provider };
const registered = { iss: provider.issuer, aud: "parley", sub: "auth0|ann", exp: soon };

interface KeyPair {
  readonly secret: JsonWebKey & { alg: "ES256"; kid: string };
  readonly open: object;
}

async function createKey(kid: string): Promise<KeyPair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [secret, open] = await Promise.all([
    crypto.subtle.exportKey("jwk", pair.privateKey),
    crypto.subtle.exportKey("jwk", pair.publicKey),
  ]);
  return {
    secret: { ...secret, alg: "ES256", kid },
    open: { ...open, kid, alg: "ES256", use: "sig" },
  };
}

let keys: object[];
let one: KeyPair;
let fetched: number;
let answer: () => Response | Promise<Response>;

beforeEach(async () => {
  forgetKeys();
  one = await createKey("one");
  keys = [one.open];
  fetched = 0;
  answer = () => Response.json({ keys });
  vi.stubGlobal("fetch", async (url: string) => {
    expect(url).toBe(jwksUrl);
    fetched++;
    return answer();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const verify = async (claims: object, key: KeyPair = one, settings = auth, at = now) =>
  verifyCredential(await sign({ ...registered, ...claims }, key.secret), settings, at);

describe("[TOKEN13] tokens of an identity provider are verified by its published keys", () => {
  it("the user is the subject, the role speaker, and other claims are the provider's", async () => {
    const claims = { email: "ann@x.example", name: "Ann", groups: ["a"], user_id: "x", sid: "1" };
    expect(await verify(claims)).toMatchObject({
      bound: { user: "auth0_7cann" },
      role: "speaker",
      ownSetup: false,
      expiresAt: soon * 1000,
    });
    expect(await verify({ user: "ann", role: "operator", agents: ["dice"] })).toMatchObject({
      bound: { user: "ann" },
      role: "operator",
      agents: ["dice"],
    });
    expect(fetched).toBe(1);
  });

  it.each<[object, string]>([
    [{ roles: ["observer"] }, '"roles" is almost'],
    [{ Role: "observer" }, '"Role" is almost'],
    [{ agent: "dice" }, '"agent" is almost'],
    [{ role: "authenticated" }, '"role" must be one of'],
    [{ user: 42 }, '"user" must be a text'],
    [{ sub: undefined }, "names no user"],
    [{ exp: undefined }, "no expiry"],
    [{ exp: `${soon}` }, '"exp" must be'],
    [{ nbf: soon }, "not valid yet"],
  ])("refuses %j in words", async (claims, words) => {
    expect(await verify(claims)).toEqual({
      fault: "refused",
      message: expect.stringContaining(words),
    });
  });

  it("with AUTH_CLAIM, parley's claims are in that object, and the others mean nothing", async () => {
    const settings = { ...auth, provider: { ...provider, claim: "https://parley.example" } };
    const read = (claims: object) => verify(claims, one, settings);
    const roles = { roles: ["Admin"], role: "authenticated" };
    expect(await read({ ...roles, "https://parley.example": { role: "listener" } })).toMatchObject({
      bound: { user: "auth0_7cann" },
      role: "listener",
    });
    expect(await read(roles)).toMatchObject({ role: "speaker" });
    expect(await read({ "https://parley.example": null })).toMatchObject({
      message: expect.stringContaining('its claim "https://parley.example" is no object'),
    });
    for (const own of [{ roles: [] }, { role: "viewer" }, "listener", 7, null])
      expect(await read({ "https://parley.example": own })).toMatchObject({ fault: "refused" });
  });

  it.each(["null", "7", '"x"', "[]", '{"alg":null}', '{"alg":"ES256","kid":7}'])(
    "a header of %s is no token",
    async (header) => {
      const token = `${btoa(header).replaceAll("=", "")}.e30.x`;
      expect(await verifyCredential(token, auth, now)).toEqual({ fault: "invalid" });
    },
  );

  it.each<[string, object]>([
    ["issuer", { iss: "https://evil.example" }],
    ["no issuer", { iss: undefined }],
    ["audience", { aud: "another" }],
    ["no audience", { aud: undefined }],
  ])("not of another %s", async (_, claims) => {
    expect(await verify(claims)).toEqual({ fault: "invalid" });
  });

  it("not by another key, a secret that is public, or none", async () => {
    const other = await createKey("one");
    expect(await verify({}, other)).toEqual({ fault: "invalid" });
    expect(await verify({ exp: now / 1000 - 1 })).toEqual({ fault: "expired" });
    const encode = (part: object) =>
      new TextEncoder()
        .encode(JSON.stringify(part))
        .toBase64({ alphabet: "base64url", omitPadding: true });
    for (const alg of ["none", "HS256"]) {
      const text = `${encode({ alg, typ: "JWT", kid: "one" })}.${encode(registered)}.`;
      expect(await verifyCredential(text, auth, now)).toEqual({ fault: "invalid" });
    }
    const confused = await sign(registered, JSON.stringify(one.open), "HS256");
    expect(await verifyCredential(confused, auth, now)).toEqual({ fault: "invalid" });
  });

  it("beside those of AUTH_SECRET, and not without the setting", async () => {
    const own = await sign({ exp: soon, user: "ann" }, auth.secret ?? "", "HS256");
    expect(await verifyCredential(own, auth, now)).toMatchObject({ bound: { user: "ann" } });
    expect(await verify({}, one, { ...auth, provider: undefined })).toEqual({ fault: "invalid" });
  });
});

describe("[TOKEN14] the provider's keys are cached, and fetched again for an unknown one", () => {
  it("a new key is taken at once; an invented one costs six requests a minute at most", async () => {
    await verify({});
    const two = await createKey("two");
    keys = [one.open, two.open];
    expect(await verify({}, two)).toMatchObject({ role: "speaker" });
    expect(fetched).toBe(2);
    const invented = await createKey("three");
    for (let n = 0; n < 20; n++) expect(await verify({}, invented)).toEqual({ fault: "invalid" });
    expect(fetched).toBe(6);
    expect(await verify({})).toMatchObject({ role: "speaker" });
  });

  it("clients that come at once to a new process wait for one request", async () => {
    const open = Promise.withResolvers<void>();
    answer = async () => {
      await open.promise;
      return Response.json({ keys });
    };
    const verified = Array.from({ length: 20 }, () => verify({}));
    await eventually(() => expect(fetched).toBe(1));
    open.resolve();
    for (const each of await Promise.all(verified)) expect(each).toMatchObject({ role: "speaker" });
    expect(fetched).toBe(1);
  });

  it("a withdrawn key is refused after ten minutes", async () => {
    await verify({});
    keys = [];
    expect(await verify({})).toMatchObject({ role: "speaker" });
    const later = now + 10 * 60_000;
    expect(await verify({ exp: soon + 3_600 }, one, auth, later)).toEqual({ fault: "invalid" });
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["an error", () => new Response("", { status: 500 })],
    ["a redirection", () => Response.redirect("https://evil.example/jwks.json")],
    ["no JSON", () => new Response("<html>")],
    ["no keys", () => Response.json({ keys: {} })],
    ["too much", () => new Response(" ".repeat(300_000))],
    ["no network", () => Promise.reject(new Error("no network"))],
  ])("%s admits no one; known keys stay in use for a day", async (_, broken) => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const works = answer;
    answer = broken;
    expect(await verify({})).toEqual({ fault: "unverifiable" });
    expect(printed).toHaveBeenCalledOnce();
    answer = works;
    expect(await verify({})).toMatchObject({ role: "speaker" });
    answer = broken;
    const [hour, day] = [3_600_000, 24 * 3_600_000];
    const at = (ms: number) => verify({ exp: soon + 2 * 86_400 }, one, auth, now + ms);
    expect(await at(hour)).toMatchObject({ role: "speaker" });
    expect(await at(day + hour)).toEqual({ fault: "unverifiable" });
  });
});
