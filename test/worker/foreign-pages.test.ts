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

/** The page, public data, and the telephone's, whose requests a provider signs or a token of the call admits. */
const isPublic = (path: string): boolean =>
  /^\/($|index\.html$|dev-ui\/|twilio\/|telnyx\/|plivo\/)/.test(path);

/** The Worker's own routes, with values for their parameters. */
const allRoutes = (): (readonly [string, string])[] => {
  const values: Record<string, string> = { app: "assistant", user: "ann", session: "one" };
  const routes = app.routes
    .filter(({ method, path }) => method !== "ALL" && !isPublic(path))
    .map(({ method, path }) => {
      const named = path.replaceAll(
        /:(\w+)(\{[^}]*\})?/g,
        (_, name: string) => values[name] ?? "x",
      );
      const query = path === "/run_live" ? "?app_name=assistant&user_id=ann&session_id=one" : "";
      return `${method} ${named.replaceAll("*", "x")}${query}`;
    });
  return [...new Set(routes)].map((each) => each.split(" ") as [string, string]);
};

describe("[ORIGIN4] routes refuse foreign pages and foreign hosts", () => {
  it("each that the Worker has, whatever its body", async () => {
    const secrets = {
      AUTH_SECRET: "a secret of the test",
      ADMIN_SECRET: "a secret of the back end",
    };
    const admitted: string[] = [];
    for (const [verb, path] of allRoutes()) {
      const requiresToken = path.startsWith("/api/");
      // A call needs a telephone, and is placed for a token alone.
      if (path === "/api/calls") continue;
      const statusAt = async (headers: Record<string, string>, host = "localhost:8787") => {
        const init = { method: verb, headers, ...(verb.startsWith("P") && { body: "{" }) };
        const settings = requiresToken ? { ...env, ...secrets } : env;
        return (await app.fetch(new Request(`http://${host}${path}`, init), settings)).status;
      };
      const statuses = [
        await statusAt({ origin: "https://evil.example" }),
        await statusAt({ "sec-fetch-site": "cross-site" }),
        ...(requiresToken ? [] : [await statusAt({}, "rebound.evil.example")]),
      ];
      if (statuses.some((status) => status !== 403))
        admitted.push(`${verb} ${path}: ${statuses.join(", ")}`);
    }
    expect(admitted).toEqual([]);
  });

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
