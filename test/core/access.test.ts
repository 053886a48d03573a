import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { idFromName, isNamedUser, parseIdentity, objectNameOf } from "../../src/access/identity.ts";
import { Allowance, Allowances, checkFrameSize, RateLimit } from "../../src/access/rate-limit.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { checkOrigin } from "../../src/access/origin.ts";
import { personOf } from "../../src/access/person.ts";
import { isGrant, readToken, subprotocolHeader, verifyCredential } from "../../src/access/token.ts";
import { isClientError } from "../../src/core/errors.ts";

describe("[ID1] an identity is three parts of 1 to 128 safe characters", () => {
  it.each(["", "a b", "a/b", "ä", "x".repeat(129), '"'])("rejects %j", (part) => {
    expect(parseIdentity("app", "user", part)).toMatchObject({
      code: "BAD_IDENTITY",
      status: 400,
      close: 1008,
    });
  });

  it("rejects users that start like a path of the Live API", () => {
    expect(parseIdentity("app", "google.ai", "s")).toMatchObject({ code: "BAD_IDENTITY" });
  });

  it("accepts the rest, and no two identities share an object", () => {
    expect(isClientError(parseIdentity("app", "ann@x.example", "s:1+2-3_4"))).toBe(false);
    expect(objectNameOf({ app: "a", user: "b:c", session: "d" })).not.toBe(
      objectNameOf({ app: "a:b", user: "c", session: "d" }),
    );
  });
});

describe("[ID3] an id from another system's name", () => {
  it.each(["+14155550100", "sip:ann@shop.example", "client:Ann-1", "A.b:c@d+e-f"])(
    "keeps %s as it is",
    async (name) => expect(await idFromName(name)).toBe(name),
  );

  it("different names give different, valid ids", async () => {
    const names = [
      ..."Ünal,Önal,Unal,_nal,_c3_9cnal,a b,a_b,a+b,a%20b,a/b,*,.,..,_2e,google.ann,_67oogle.ann,anonymous,_61nonymous,é,e\u0301".split(
        ",",
      ),
      ",",
      "x".repeat(128),
      "x".repeat(129),
      "x".repeat(300),
      `${"x".repeat(300)}y`,
      "ü".repeat(60),
      `${"ü".repeat(60)}o`,
    ];
    const ids = await Promise.all(names.map(idFromName));
    expect(new Set(ids).size).toBe(names.length);
    for (const id of ids) expect(parseIdentity("app", id, "s")).toMatchObject({ user: id });
    expect(ids.filter((id) => !isNamedUser(id))).toEqual([]);
  });
});

describe("[ROLE10] connections with one token are one person's", () => {
  it("however its signature is written", async () => {
    const auth = { secret: "a secret of some length", anonymous: false };
    const now = 1_800_000_000_000;
    const tokenOf = (user: string) => sign({ user, exp: now / 1000 + 60 }, auth.secret, "HS256");
    const personWith = async (token: string): Promise<string | undefined> => {
      const grant = await verifyCredential(token, auth, now);
      return isGrant(grant) ? personOf(grant, token) : undefined;
    };
    const token = await tokenOf("ann");
    // Two bits of the last character mean nothing, nor does padding.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const written = Array.from(alphabet, (last) => token.slice(0, -1) + last);
    const persons = await Promise.all([...written, `${token}=`].map(personWith));
    const valid = persons.filter((person) => person !== undefined);
    expect(valid.length).toBeGreaterThan(1);
    expect(new Set(valid)).toEqual(new Set([await personWith(token)]));
    expect(await personWith(await tokenOf("bob"))).not.toBe(valid[0]);
  });
});

describe("[LIMIT1] a hundred frames a second", () => {
  const takeAll = (bytes: number, everyMs: number, count: number) => {
    const limit = new RateLimit();
    return Array.from({ length: count }, (_, index) =>
      limit.take(new ArrayBuffer(bytes), index * everyMs),
    );
  };

  it("ADK's own page sends 125 short frames a second and stays within the limit", () => {
    expect(takeAll(256, 8, 5_000)).not.toContain("drop");
  });

  it("excess frames are dropped, with a warning once a second", () => {
    const decisions = takeAll(640, 1, 10_000);
    const passed = decisions.filter((decision) => decision === "pass").length;
    expect(passed).toBeGreaterThan(1_150);
    expect(passed).toBeLessThan(1_250);
    expect(decisions.filter((decision) => decision === "warn")).toHaveLength(10);
  });

  it("a clock that goes back costs no tokens", () => {
    const limit = new RateLimit();
    limit.take("x", 10_000);
    expect(limit.take("x", 0)).toBe("pass");
    expect(limit.take("x", 10)).toBe("pass");
  });

  it("a pause refills the bucket", () => {
    const limit = new RateLimit();
    while (limit.take("x", 0) === "pass");
    const passed = Array.from({ length: 200 }, () => limit.take("x", 1_000));
    expect(passed.filter((decision) => decision === "pass")).toHaveLength(100);
  });
});

describe("[LIMIT2] a frame of more than 1 MiB is rejected", () => {
  it("1 MiB is accepted", () => {
    expect(checkFrameSize(new ArrayBuffer(1024 * 1024))).toBeUndefined();
    expect(checkFrameSize(new ArrayBuffer(1024 * 1024 + 1))).toMatchObject({
      code: "FRAME_TOO_BIG",
    });
    expect(checkFrameSize("x".repeat(1024 * 1024 + 1))).toMatchObject({ code: "FRAME_TOO_BIG" });
  });
});

describe("[LIMIT9] [LIMIT10] [LIMIT11] an amount refills, and no more than a burst adds up", () => {
  const { audio } = limits;
  const audioAllowance = () => new Allowance(audio.value, audio.burstS * 1_000);
  const start = 1_800_000_000_000;

  it("ten seconds at 32 times real time pass 15 s and 1.25 s a second", () => {
    const allowance = audioAllowance();
    let heardMs = 0;
    for (let at = 0; at < 10_000; at += 10)
      for (let frame = 0; frame < 16; frame++)
        if (allowance.take(20, start + at) === 0) heardMs += 20;
    expect(heardMs).toBeGreaterThan(27_000);
    expect(heardMs).toBeLessThanOrEqual(27_500);
  });

  it("a stall of ten seconds, and a clock that is a fifth too fast, lose nothing", () => {
    const allowance = audioAllowance();
    for (let at = 0; at < 60_000; at += 20) expect(allowance.take(24, start + at)).toBe(0);
    for (let frame = 0; frame < 500; frame++) expect(allowance.take(20, start + 70_000)).toBe(0);
  });

  it("says when there is room again, and then there is", () => {
    const allowance = new Allowance(2 / 60_000, 60_000);
    expect([allowance.take(1, start), allowance.take(1, start)]).toEqual([0, 0]);
    const waitMs = allowance.take(1, start + 10_000);
    expect(waitMs).toBe(20_000);
    expect(allowance.take(1, start + 10_000 + waitMs)).toBe(0);
  });

  it("owes what is more than is left, and has nothing until that is paid", () => {
    const allowance = new Allowance(2 / 60_000, 60_000);
    expect(allowance.takeOrOwe(5, start)).toBe(0);
    expect(allowance.takeOrOwe(0.5, start)).toBe(105_000);
    expect(allowance.takeOrOwe(1, start)).toBe(120_000);
    expect(allowance.takeOrOwe(1, start + 119_999)).toBeGreaterThan(0);
    expect(allowance.takeOrOwe(1, start + 120_000)).toBe(0);
  });

  it("a clock that goes back refuses nothing for as long as it went back", () => {
    const allowance = new Allowance(2 / 60_000, 60_000);
    allowance.take(1, start);
    const now = start - 3_600_000;
    expect([allowance.take(1, now), allowance.take(1, now)]).toEqual([0, 30_000]);
    expect(allowance.take(1, now + 30_000)).toBe(0);
  });

  it("a key finds its own again, and full ones make room", () => {
    const all = new Allowances(60_000);
    all.of("ann", 1 / 60_000, start).take(1, start);
    for (let at = 0; at < 5_000; at++) all.of(`${at}`, 1, start + 1);
    expect(all.of("ann", 1 / 60_000, start + 1).take(1, start + 1)).toBeGreaterThan(0);
  });
});

describe("[ORIGIN1] pages of other origins are rejected", () => {
  const allowedOrigins = ["https://shop.example"];
  const auth = { secret: "a secret of some length", anonymous: false };
  const from = (origin?: string) =>
    checkOrigin(
      new Request("https://parley.example/ws/a/b", origin ? { headers: { origin } } : {}),
      { allowedOrigins, auth },
    );

  it("listed origins and programs without an origin pass", () => {
    expect(from()).toBeUndefined();
    expect(from("https://parley.example")).toBeUndefined();
    expect(from("https://shop.example")).toBeUndefined();
    expect(from("https://evil.example")).toMatchObject({ code: "FORBIDDEN_ORIGIN" });
    expect(from("http://parley.example")).toMatchObject({ code: "FORBIDDEN_ORIGIN" });
    expect(from("null")).toMatchObject({ code: "FORBIDDEN_ORIGIN" });
  });
});

describe("[ORIGIN3] a browser's request without an origin is refused if a foreign page makes it", () => {
  const from = (site?: string, origin?: string) =>
    checkOrigin(
      new Request("http://localhost:8787/events/x/y", {
        headers: { ...(site && { "sec-fetch-site": site }), ...(origin && { origin }) },
      }),
      {
        allowedOrigins: ["https://shop.example"],
        auth: { secret: undefined, anonymous: true },
      },
    )?.code;

  it.each(["cross-site", "same-site", "Cross-Site", "cross-origin"])("%s", (site) =>
    expect(from(site)).toBe("FORBIDDEN_ORIGIN"),
  );

  it.each([undefined, "none", "same-origin"])("%s passes", (site) =>
    expect(from(site)).toBeUndefined(),
  );

  it("a listed page passes, as its request has an origin", () => {
    expect(from("cross-site", "https://shop.example")).toBeUndefined();
    expect(from("cross-site", "https://evil.example")).toBe("FORBIDDEN_ORIGIN");
  });
});

describe("[ORIGIN2] without tokens, the host must be no name that a stranger can register", () => {
  const open = { secret: undefined, anonymous: true };
  const to = (host: string, auth: { secret: string | undefined; anonymous: boolean } = open) => {
    const headers = { origin: `http://${host}` };
    return checkOrigin(new Request(`http://${host}/ws/a/b`, { headers }), {
      allowedOrigins: ["http://known.example.com"],
      auth,
      publicUrl: "https://voice.example.com",
    })?.code;
  };

  it.each([
    ["localhost:8787"],
    ["localhost.:8787"],
    ["a.localhost:8787"],
    ["127.0.0.1:8787"],
    ["[::1]:8787"],
    ["a-b-c.trycloudflare.com"],
    ["known.example.com"],
    ["voice.example.com"],
  ])("%s passes", (host) => {
    expect(to(host)).toBeUndefined();
  });

  it.each([
    ["192.168.1.20:8787"],
    ["10.0.0.1"],
    ["0.0.0.0:8787"],
    ["127.0.0.1.evil.com"],
    ["[fd00::2]"],
    ["laptop:8787"],
    ["laptop.local:8787"],
    ["laptop.lan"],
    ["rebound.evil.example"],
    ["localhost.evil.com"],
    ["notlocalhost"],
    ["evil.com:8787"],
    ["127.0.0.1.evil.com"],
    ["1.2.3.4.nip.io:8787"],
    ["localhost.evil.com"],
    ["evillocal.com"],
    ["trycloudflare.com.evil.com"],
    ["eviltrycloudflare.com"],
    ["sub.known.example.com"],
  ])("%s is refused, and passes if tokens are required", (host) => {
    expect(to(host)).toBe("FORBIDDEN_HOST");
    expect(to(host, { secret: "a secret of some length", anonymous: true })).toBeUndefined();
  });
});

describe("[LIMIT3] a large frame costs a token for every 10 KiB", () => {
  it.each([
    ["binary", new ArrayBuffer(1024 * 1024)],
    ["text", "x".repeat(1024 * 1024)],
  ])("the burst of 200 is 2 MiB in %s frames: 1 MiB leaves 97 short ones", (_, large) => {
    const limit = new RateLimit();
    expect(limit.take(large, 0)).toBe("pass");
    const passed = Array.from({ length: 200 }, () => limit.take("x", 0));
    expect(passed.filter((decision) => decision === "pass")).toHaveLength(97);
  });
});

describe("[TOKEN1] a token admits its bearer to the conversations it is bound to", () => {
  it("is read from a header or a subprotocol", () => {
    const read = (headers: Record<string, string>) => readToken(new Headers(headers));
    expect(read({ authorization: "Bearer t" })).toBe("t");
    expect(read({ "sec-websocket-protocol": "parley.v1, auth.t" })).toBe("t");
    expect(read({ authorization: "Bearer t", "sec-websocket-protocol": "auth.u" })).toBe("t");
    expect(read({ authorization: "Basic t" })).toBeUndefined();
  });

  it("the answer selects an offered subprotocol, the token's own last", () => {
    const headers = (offer?: string) =>
      new Headers(offer ? { "sec-websocket-protocol": offer } : {});
    expect(subprotocolHeader(headers())).toEqual({});
    expect(subprotocolHeader(headers("auth.t"))).toEqual({ "Sec-WebSocket-Protocol": "auth.t" });
    expect(subprotocolHeader(headers("auth.t, parley.v1"))).toEqual({
      "Sec-WebSocket-Protocol": "parley.v1",
    });
  });
});
