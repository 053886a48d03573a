import { verify } from "hono/jwt";
import { afterEach, describe, expect, it, vi } from "vitest";
import { classifyClose } from "../../src/core/upstream/close-reasons.ts";
import { getAccessToken } from "../../src/upstream/access-token.ts";
import type { Fetch } from "../../src/upstream/endpoint.ts";
import { createServiceAccount } from "../support/service-account.ts";

const now = 1_800_000_000_000;
const minute = 60_000;

/** Answers each question with the next token, an hour long; counts them, and keeps what came. */
function tokens(
  answer = (count: number) => Response.json({ access_token: `t${count}`, expires_in: 3600 }),
) {
  const asked: { url: string; form: URLSearchParams }[] = [];
  const fetch: Fetch = async (url, { body }) => {
    asked.push({ url, form: body as URLSearchParams });
    return answer(asked.length);
  };
  return { asked, fetch };
}

afterEach(() => void vi.restoreAllMocks());

describe("[VERTEX1] a service account's key buys an access token, and never leaves the server", () => {
  it("with an assertion of RFC 7523, signed RS256, for an hour", async () => {
    const { account, publicKey } = await createServiceAccount();
    const { asked, fetch } = tokens();
    expect(await getAccessToken(account, fetch, now)).toBe("t1");
    const [{ url, form } = { url: "", form: new URLSearchParams() }] = asked;
    expect(url).toBe("https://oauth2.googleapis.com/token");
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const given = form.get("assertion") ?? "";
    const claims = await verify(given, publicKey, { alg: "RS256", iat: false, exp: false });
    expect(claims).toEqual({
      iss: account.email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: account.tokenUrl,
      iat: now / 1000,
      exp: now / 1000 + 3600,
    });
    expect(JSON.stringify([...form])).not.toContain(account.privateKey.slice(40, 80));
  });

  it("one question for all who wait, and none while the token is good", async () => {
    const { account } = await createServiceAccount();
    const { asked, fetch } = tokens();
    const all = await Promise.all([1, 2, 3].map(() => getAccessToken(account, fetch, now)));
    expect(all).toEqual(["t1", "t1", "t1"]);
    expect(await getAccessToken(account, fetch, now + 50 * minute)).toBe("t1");
    expect(asked).toHaveLength(1);
  });

  it("is renewed ahead of its end, while the old one still serves; an old one does not", async () => {
    const { account } = await createServiceAccount();
    const { asked, fetch } = tokens();
    await getAccessToken(account, fetch, now);
    expect(await getAccessToken(account, fetch, now + 56 * minute)).toBe("t1");
    await vi.waitUntil(async () => asked.length === 2);
    await vi.waitUntil(
      async () => (await getAccessToken(account, fetch, now + 56 * minute)) === "t2",
    );
    expect(asked).toHaveLength(2);
    expect(await getAccessToken(account, fetch, now + 3 * 60 * minute)).toBe("t3");
  });

  it("a question that nobody answers is asked again by the next who comes later", async () => {
    const { account } = await createServiceAccount();
    const { asked, fetch } = tokens();
    const silent: Fetch = () => new Promise(() => undefined);
    void getAccessToken(account, silent, now);
    void getAccessToken(account, fetch, now + 1_000);
    expect(await getAccessToken(account, fetch, now + 6_000)).toBe("t1");
    expect(asked).toHaveLength(1);
  });
});

describe("[VERTEX2] what goes wrong with the token is told in words, with what to do, and without the key", () => {
  const failing = async (fetch: Fetch, privateKey?: string) => {
    const logged = vi.spyOn(console, "error").mockReturnValue();
    const { account } = await createServiceAccount();
    const failed = await getAccessToken(
      privateKey === undefined ? account : { ...account, privateKey },
      fetch,
      now,
    ).catch((error: unknown) => String(error instanceof Error ? error.message : error));
    const printed = JSON.stringify(logged.mock.calls);
    expect(printed + failed).not.toContain(account.privateKey.slice(40, 80));
    return { failed, printed, loss: classifyClose(failed), account };
  };

  it("refused: nobody dials again, and the operator reads Google's words", async () => {
    const said = { error: "invalid_grant", error_description: "Invalid JWT Signature." };
    const { fetch } = tokens(() => Response.json(said, { status: 400 }));
    const { loss, printed } = await failing(fetch);
    expect(loss).toMatchObject({ retryable: false, error: { code: "UPSTREAM_UNAUTHENTICATED" } });
    expect(loss.error.message).toContain("GOOGLE_SERVICE_ACCOUNT_KEY");
    expect(loss.error.message).not.toContain("Invalid JWT");
    expect(printed).toContain("invalid_grant: Invalid JWT Signature.");
  });

  it("a key that cannot sign", async () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    const { loss } = await failing(tokens().fetch, pem);
    expect(loss).toMatchObject({ retryable: false, error: { code: "UPSTREAM_UNAUTHENTICATED" } });
    expect(loss.error.message).toContain("private_key");
  });

  it.each([
    ["nobody is there", () => Promise.reject(new Error("Network connection lost."))],
    ["an answer that is none", async () => new Response("<html>", { status: 502 })],
    ["out of order", async () => Response.json({ error: "internal_failure" }, { status: 503 })],
  ])("%s: a retry may help", async (_, fetch) => {
    expect((await failing(fetch as Fetch)).loss).toMatchObject({
      retryable: true,
      error: { code: "UPSTREAM_LOST" },
    });
  });

  it("after a failure the next one asks again", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { account } = await createServiceAccount();
    await expect(
      getAccessToken(account, async () => Promise.reject(new Error("gone")), now),
    ).rejects.toThrow();
    expect(await getAccessToken(account, tokens().fetch, now)).toBe("t1");
  });
});
