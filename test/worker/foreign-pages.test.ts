import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import app from "../../src/index.ts";

const routes: readonly (readonly [string, string])[] = [
  ["GET", "/healthz"],
  ["GET", "/ws/ann/one"],
  ["GET", "/events/ann/one"],
  ["POST", "/send/ann/one"],
  ["GET", "/list-apps"],
  ["GET", "/apps/assistant/users/ann/sessions"],
  ["POST", "/apps/assistant/users/ann/sessions"],
  ["DELETE", "/apps/assistant/users/ann/sessions/one"],
  ["GET", "/apps/assistant/users/ann/sessions/one/artifacts"],
  ["POST", "/run"],
  ["POST", "/run_sse"],
  ["GET", "/run_live?app_name=assistant&user_id=ann&session_id=one"],
  ["POST", "/v1alpha/auth_tokens"],
  ["POST", "/live/assistant/ann/one/v1alpha/auth_tokens"],
  ["GET", "/dev/apps/assistant/build_graph"],
];
const body = JSON.stringify({ appName: "assistant", userId: "ann", sessionId: "one" });

const statusOf = async (
  [verb, path]: readonly [string, string],
  headers: Record<string, string>,
  host = "localhost:8787",
): Promise<number> => {
  const init = { method: verb, headers, ...(verb === "POST" && { body }) };
  return (await app.fetch(new Request(`http://${host}${path}`, init), env)).status;
};

describe("[ORIGIN4] routes refuse foreign pages and foreign hosts", () => {
  it.each(routes)("%s %s", async (...route) => {
    expect(await statusOf(route, { origin: "https://evil.example" })).toBe(403);
    expect(await statusOf(route, { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await statusOf(route, {}, "rebound.evil.example")).toBe(403);
    expect(await statusOf(route, {})).not.toBe(403);
  });

  it("a foreign page's WebSocket is closed", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      const request = new Request("http://localhost:8787/ws/ann/one", {
        headers: { Upgrade: "websocket", ...headers },
      });
      const { webSocket } = await app.fetch(request, env);
      const closed = Promise.withResolvers<number>();
      webSocket?.addEventListener("close", ({ code }) => closed.resolve(code));
      webSocket?.accept();
      expect(await closed.promise).toBe(1008);
    }
  });
});
