import { verify } from "hono/jwt";
import { afterEach, describe, expect, it, vi } from "vitest";
import { classifyClose } from "../../src/core/upstream/close-reasons.ts";
import { getAccessToken } from "../../src/upstream/access-token.ts";
import type { Fetch } from "../../src/upstream/endpoint.ts";
import { createServiceAccount } from "../support/service-account.ts";
import { eventually } from "../support/eventually.ts";

const now = 1_800_000_000_000;
const minute = 60_000;

/** Answers each request with the next token, valid for an hour, and records the requests. */
function tokens(
  answer = (count: number) => Response.json({ access_token: `t${count}`, expires_in: 3600 }),
) {
  const requests: { url: string; form: URLSearchParams }[] = [];
  const fetch: Fetch = async (url, { body }) => {
    requests.push({ url, form: body as URLSearchParams });
    return answer(requests.length);
  };
  return { requests, fetch };
}

afterEach(() => void vi.restoreAllMocks());

describe("[VERTEX1] a service account's key signs requests for access tokens, and never leaves the server", () => {
  it("by an assertion (RFC 7523), signed RS256, valid for an hour", async () => {
    const { account, publicKey } = await createServiceAccount();
    const { requests, fetch } = tokens();
    expect(await getAccessToken(account, fetch, now)).toBe("t1");
    const [{ url, form } = { url: "", form: new URLSearchParams() }] = requests;
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

  it("concurrent callers share one request, and a valid token needs none", async () => {
    const { account } = await createServiceAccount();
    const { requests, fetch } = tokens();
    const all = await Promise.all([1, 2, 3].map(() => getAccessToken(account, fetch, now)));
    expect(all).toEqual(["t1", "t1", "t1"]);
    expect(await getAccessToken(account, fetch, now + 50 * minute)).toBe("t1");
    expect(requests).toHaveLength(1);
  });

  it("a token is refreshed before it expires and stays in use meanwhile; an expired one is not used", async () => {
    const { account } = await createServiceAccount();
    const { requests, fetch } = tokens();
    await getAccessToken(account, fetch, now);
    expect(await getAccessToken(account, fetch, now + 56 * minute)).toBe("t1");
    await eventually(() => expect(requests).toHaveLength(2));
    await eventually(async () =>
      expect(await getAccessToken(account, fetch, now + 56 * minute)).toBe("t2"),
    );
    expect(requests).toHaveLength(2);
    expect(await getAccessToken(account, fetch, now + 3 * 60 * minute)).toBe("t3");
  });

  it("a request without an answer is repeated by a later caller", async () => {
    const { account } = await createServiceAccount();
    const { requests, fetch } = tokens();
    const silent: Fetch = () => new Promise(() => undefined);
    // Both are rejected once the request is aborted.
    void Promise.allSettled([
      getAccessToken(account, silent, now),
      getAccessToken(account, fetch, now + 1_000),
    ]);
    expect(await getAccessToken(account, fetch, now + 6_000)).toBe("t1");
    expect(requests).toHaveLength(1);
  });
});

describe("[VERTEX8] a token request that gets no whole answer is aborted after five seconds, and can be retried", () => {
  const silent: Record<string, (signal: AbortSignal) => Promise<Response>> = {
    "no answer": () => new Promise(() => undefined),
    "no answer, until it is aborted": (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    "headers, and no body": async () => new Response(new ReadableStream()),
    "half a body": async () =>
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode('{"access_token":')),
        }),
      ),
  };
  for (const [name, answer] of Object.entries(silent))
    it(name, async () => {
      vi.useFakeTimers();
      vi.spyOn(console, "error").mockReturnValue();
      try {
        const { account } = await createServiceAccount();
        const asked = Promise.withResolvers<AbortSignal>();
        const fetch: Fetch = (_, { signal }) => {
          if (signal) asked.resolve(signal);
          return signal ? answer(signal) : new Promise(() => undefined);
        };
        const both = Promise.allSettled([1, 2].map(() => getAccessToken(account, fetch, now)));
        const signal = await asked.promise;
        await vi.advanceTimersByTimeAsync(4_900);
        expect(signal.aborted).toBe(false);
        await vi.advanceTimersByTimeAsync(100);
        expect(signal.aborted).toBe(true);
        for (const result of await both) {
          const reason = result.status === "rejected" ? String(result.reason.message) : "";
          expect(classifyClose(reason)).toMatchObject({ retryable: true });
          expect(reason).toContain("unreachable");
        }
        expect(await getAccessToken(account, tokens().fetch, now + 1)).toBe("t1");
      } finally {
        vi.useRealTimers();
      }
    });
});

describe("[VERTEX2] errors say what to do and do not contain the key", () => {
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

  it("a rejection is not retried, and the log has Google's text", async () => {
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
    ["no connection", () => Promise.reject(new Error("Network connection lost."))],
    ["an answer that is not JSON", async () => new Response("<html>", { status: 502 })],
    [
      "an internal error",
      async () => Response.json({ error: "internal_failure" }, { status: 503 }),
    ],
  ])("%s is retryable", async (_, fetch) => {
    expect((await failing(fetch as Fetch)).loss).toMatchObject({
      retryable: true,
      error: { code: "UPSTREAM_LOST" },
    });
  });

  it("the next caller after a failure sends a new request", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { account } = await createServiceAccount();
    await expect(
      getAccessToken(account, async () => Promise.reject(new Error("gone")), now),
    ).rejects.toThrow();
    expect(await getAccessToken(account, tokens().fetch, now)).toBe("t1");
  });
});
