/** How often an address and a person may connect. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { anonymousGrant } from "../../src/access/claims.ts";
import { personOf } from "../../src/access/person.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { connectionLimitError, type RateLimiters } from "../../src/protocols/connection-limits.ts";
import wrangler from "../../wrangler.toml?raw";
import { newConversation } from "./client.ts";
import { connectLive, method } from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import { rest } from "./rest.ts";
import { connectSse } from "./sse.ts";
import { ask, tokenFor } from "./tokens.ts";

afterEach(() => void vi.restoreAllMocks());

const stranger = { person: undefined, token: undefined };
const none: RateLimiters = {};

/** The platform's limiter, which counts to a limit. */
const limiter = (limit: number) => {
  const counts = new Map<string, number>();
  return {
    counts,
    limit: ({ key }: { readonly key: string }) => {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return Promise.resolve({ success: count <= limit });
    },
  };
};

describe("[LIMIT19] an address and a token's user connect a bounded number of times a minute", () => {
  it("by the platform's limiter, each for itself", async () => {
    const [address, person] = [limiter(1), limiter(2)];
    const limiters = { ADDRESS_LIMIT: address, PERSON_LIMIT: person };
    const ann = { person: "p1", token: { expiresAt: 0, user: "ann" } };
    expect(await connectionLimitError(ann, "203.0.113.7", limiters)).toBeUndefined();
    expect(await connectionLimitError(ann, "203.0.113.8", limiters)).toBeUndefined();
    const refusal = { code: "RATE_LIMITED", retryAfterS: 60 };
    expect(await connectionLimitError(stranger, "203.0.113.7", limiters)).toMatchObject(refusal);
    expect(await connectionLimitError(ann, "203.0.113.9", limiters)).toMatchObject(refusal);
    expect([...address.counts.keys()]).toEqual(["203.0.113.7", "203.0.113.8", "203.0.113.9"]);
    expect([...person.counts]).toEqual([["p1", 3]]);
  });

  it("by the process where none is bound, and the allowance refills", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(1e12);
    const { value } = limits.connectionsOfPerson;
    const ann = { person: "a person", token: undefined };
    for (let each = 0; each < value; each++)
      expect(await connectionLimitError(ann, undefined, none)).toBeUndefined();
    expect(await connectionLimitError(ann, undefined, none)).toMatchObject({ retryAfterS: 1 });
    now.mockReturnValue(1e12 + 60_000 / value);
    expect(await connectionLimitError(ann, undefined, none)).toBeUndefined();
  });

  it("a program of the same machine does not count", async () => {
    const address = limiter(0);
    for (const each of ["127.0.0.1", "::1", undefined])
      expect(
        await connectionLimitError(stranger, each, { ADDRESS_LIMIT: address }),
      ).toBeUndefined();
  });

  it("wrangler.toml binds the limits of the table", () => {
    for (const [name, limit] of [
      ["ADDRESS_LIMIT", limits.connectionsOfAddress],
      ["PERSON_LIMIT", limits.connectionsOfPerson],
      ["USER_LIMIT", limits.connectionsOfUser],
    ] as const)
      expect(wrangler).toMatch(
        new RegExp(
          `name = "${name}"\nnamespace_id = "\\d+"\nsimple = { limit = ${limit.value}, period = 60 }`,
        ),
      );
  });

  it("the refusal is in the words of each protocol", async () => {
    const { object } = newConversation();
    const [, user, session] = JSON.parse(object) as [string, string, string];
    await rest("POST", `/apps/assistant/users/${user}/sessions/${session}`, {});
    const address = "203.0.113.77";
    const from = { "cf-connecting-ip": address };
    const run = { appName: "assistant", userId: user, sessionId: session, newMessage: {} };
    // By the binding of wrangler.toml.
    for (let at = 0; at < limits.connectionsOfAddress.value; at++)
      expect(await connectionLimitError(stranger, address)).toBeUndefined();
    expect(await rest("POST", "/run", run, from)).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/ in 60 s\.$/) },
    });
    const { client } = await connectNative(pathOf(object), from);
    expect(await client.untilClosed()).toMatchObject({ code: 1013 });
    expect(client.of("error")).toMatchObject([{ code: "RATE_LIMITED", action: "slow down" }]);
    const live = await connectLive(`/live/assistant/${user}/${session}/${method}`, from);
    expect(await live.untilClosed()).toMatchObject({ code: 1013 });
    await expect(connectSse(`/events/${user}/${session}`, from)).rejects.toThrow("429");
    const { client: other } = await connectNative(pathOf(object), {
      "cf-connecting-ip": "203.0.113.78",
    });
    await other.hello();
  });
});

it("[LIMIT19] sessions that a token of no user makes for ever new users count as connections", async () => {
  const token = await tokenFor({ jti: "back end of LIMIT19" });
  const make = async (user: string, path = "") =>
    ask(`/apps/assistant/users/${user}/sessions${path}`, {
      method: "POST",
      body: {},
      token,
    });
  expect((await make("lea-0")).status).toBe(200);
  const person = await personOf({ ...anonymousGrant }, token);
  for (let at = 1; at < limits.connectionsOfPerson.value; at++)
    expect(await connectionLimitError({ person, token: undefined }, undefined)).toBeUndefined();
  for (const path of ["", "/s"]) {
    const refused = await make("lea-1", path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
  }
});

describe("[LIMIT35] the tokens of a user count together, each within its own number", () => {
  const bearer = (person: string, user: string) => ({ person, token: { expiresAt: 0, user } });
  const refusal = { code: "RATE_LIMITED" };

  it("one token does not lock out the user's others, and all tokens together are bounded", async () => {
    const limiters = { PERSON_LIMIT: limiter(2), USER_LIMIT: limiter(4) };
    const connect = async (person: string) =>
      connectionLimitError(bearer(person, "ann"), undefined, limiters);
    for (let at = 0; at < 2; at++) expect(await connect("guest")).toBeUndefined();
    for (let at = 0; at < 9; at++) expect(await connect("guest")).toMatchObject(refusal);
    for (let at = 0; at < 2; at++) expect(await connect("ann")).toBeUndefined();
    expect(await connect("another")).toMatchObject(refusal);
  });

  it("clients of the user of no person do not count together", async () => {
    const limiters = { PERSON_LIMIT: limiter(1), USER_LIMIT: limiter(1) };
    for (const person of ["one", "two", "three"])
      expect(
        await connectionLimitError(bearer(person, "anonymous"), undefined, limiters),
      ).toBeUndefined();
    expect(
      await connectionLimitError(bearer("one", "anonymous"), undefined, limiters),
    ).toMatchObject(refusal);
  });
});
