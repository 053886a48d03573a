import { describe, expect, it } from "vitest";
import { presentedIn, readLiveAddress } from "../../src/protocols/live-api/address.ts";

const studio = "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const read = (path: string) => readLiveAddress(new URL(`https://parley.test${path}`));

describe("[LIVE16] The relay must recognise the Live API's addresses as its clients write them", () => {
  it.each([
    [`/${studio}`],
    [`//${studio}?key=k`],
    [`//${studio.replace("v1beta", "v1")}`],
    [`/${studio.replace("v1beta", "v1alpha")}Constrained?access_token=auth_tokens/x`],
  ])("%s", (path) => {
    expect(read(path)).toMatchObject({
      endpoint: "socket",
      vertex: false,
      conversation: undefined,
    });
  });

  it.each([
    ["/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent", "socket", true],
    ["//ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent", "socket", true],
    ["//v1alpha/auth_tokens", "tokens", false],
    ["/v1/auth_tokens", "tokens", false],
  ])("%s", (path, endpoint, vertex) => {
    expect(read(path)).toMatchObject({ endpoint, vertex });
  });

  it.each([
    ["/live/dice/ann/s-1//"],
    ["/live/dice/ann/s-1/"],
    ["//live/dice/ann/s-1/"],
    ["/live/dice/%61nn/s-1/"],
  ])("accepts a conversation before the path: %s", (base) => {
    const conversation = { app: "dice", user: "ann", session: "s-1" };
    expect(read(base + studio)).toMatchObject({ endpoint: "socket", conversation });
    expect(read(`${base}v1beta/auth_tokens`)).toMatchObject({ endpoint: "tokens", conversation });
  });

  it("accepts a base with a query, to which an SDK appends its path", () => {
    const address = read(`/live/dice/ann/s?lifecycle=1/${studio}?key=k`);
    expect(address?.conversation).toEqual({ app: "dice", user: "ann", session: "s" });
    expect([...(address?.query ?? [])]).toEqual([
      ["lifecycle", "1"],
      ["key", "k"],
    ]);
  });

  it.each([
    [`/other/${studio}`],
    ["/ws/ann/one"],
    ["/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateMusic"],
    ["/ws/google.ai.generativelanguage.v2.GenerativeService.BidiGenerateContent"],
    ["/auth_tokens"],
    [`/live/dice/ann/${studio}`],
    [`/${studio}/more`],
  ])("not %s", (path) => {
    expect(read(path)).toBeUndefined();
  });

  it("returns an error for an invalid conversation name", () => {
    expect(read(`/live/dice/google.ann/s/${studio}`)?.conversation).toMatchObject({
      code: "BAD_IDENTITY",
    });
    expect(read(`/live/dice/a%20b/s/${studio}`)?.conversation).toMatchObject({
      code: "BAD_IDENTITY",
    });
  });

  it("uses the first credential", () => {
    const of = (headers: Record<string, string>, query = "", method = "GET") =>
      presentedIn(new Request("https://parley.test/", { method, headers }), {
        query: new URLSearchParams(query),
      }).credential;
    expect(of({ "x-goog-api-key": "h" }, "key=q&access_token=a")).toBe("a");
    expect(of({ "x-goog-api-key": "h", authorization: "Bearer b" }, "key=q")).toBe("q");
    expect(of({ "x-goog-api-key": "h", authorization: "Token t" })).toBe("h");
    expect(of({ authorization: "token t" })).toBe("t");
    expect(of({ "sec-websocket-protocol": "x, auth.p" })).toBe("p");
    expect(of({ authorization: "Basic b" }, "key=")).toBeUndefined();
    expect(of({ "x-goog-api-key": "h" }, "key=q", "POST")).toBe("h");
  });
});
