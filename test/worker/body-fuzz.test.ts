/** Sends bodies that are nearly valid to every route, seeded. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../support/scripted.ts";
import { rest, sessionsPath } from "./rest.ts";

describe("[HTTP3] No body may lead to a failure of the server", () => {
  const count = 500;
  const paths: [string, string, object][] = [
    [
      "POST",
      sessionsPath("fay"),
      { sessionId: "s", state: { a: 1 }, events: [anEvent()], options: {} },
    ],
    ["POST", `${sessionsPath("fay")}/%s`, { a: 1, "user:b": [2], "temp:c": null }],
    ["PATCH", `${sessionsPath("fay")}/kept`, { stateDelta: { a: 1, "app:b": { c: 2 } } }],
    [
      "POST",
      `${sessionsPath("fay")}/kept/artifacts`,
      {
        filename: "f",
        artifact: { inlineData: { mimeType: "text/plain", data: "YQ==" } },
        customMetadata: { a: 1 },
      },
    ],
    [
      "POST",
      "/run",
      {
        appName: "assistant",
        userId: "fay",
        sessionId: "never",
        newMessage: { role: "user", parts: [{ text: "hi" }] },
        streaming: false,
        stateDelta: {},
      },
    ],
    [
      "POST",
      "/run_sse",
      {
        appName: "assistant",
        userId: "fay",
        sessionId: "never",
        newMessage: { parts: [{ functionResponse: { id: "a", name: "b", response: {} } }] },
      },
    ],
    [
      "POST",
      "/v1alpha/auth_tokens",
      { uses: 1, expireTime: "2030-01-01T00:00:00Z", bidiGenerateContentSetup: { model: "m" } },
    ],
    ["POST", "/send/fay/kept", { mime_type: "text/plain", data: "hi" }],
    ["POST", "/api/calls", { to: "+14155550123", agent: "assistant" }],
    ["POST", "/dev/apps/assistant/eval_sets", { id: "e" }],
    ["PATCH", "/apps/assistant/users/fay/memory", { session_id: "s" }],
    ["POST", "/config/telemetry", { enabled: true }],
    ["POST", "/dev/apps/assistant/deploy/gcloud", { a: 1 }],
    ["POST", "/twilio/voice", { CallSid: "CA1" }],
  ];

  it(
    "whatever is changed in a valid one: every answer is below 500, and the sessions stay readable",
    { timeout: 120_000 },
    async () => {
      const random = createRandom(2026);
      await rest("POST", sessionsPath("fay"), { sessionId: "kept" });
      const sessions = new Set<string>();
      const failed: unknown[] = [];
      for (let at = 0; at < count; at++) {
        const [method, path, valid] = pick(paths, random);
        const session = `f${at}`;
        const body = mutated(
          path === sessionsPath("fay") ? { ...valid, sessionId: session } : valid,
          random,
        );
        const { status } = await rest(method, path.replace("%s", session), body);
        // 501: what parley does not have.
        if (status >= 500 && status !== 501) failed.push([status, method, path, body]);
        if (status === 200 && path.startsWith(sessionsPath("fay"))) sessions.add(session);
      }
      expect(failed.slice(0, 3)).toEqual([]);
      expect(sessions.size).toBeGreaterThan(20);
      for (const session of sessions) {
        const path = `${sessionsPath("fay")}/${session}`;
        expect((await rest("GET", path)).status).toBeLessThan(500);
        expect(
          (await rest("GET", `/dev/apps/assistant/debug/trace/session/${session}?user_id=fay`))
            .status,
        ).toBe(200);
      }
      expect((await rest("GET", sessionsPath("fay"))).status).toBe(200);
    },
  );
});

function anEvent(): object {
  return {
    id: "e",
    invocationId: "i",
    author: "user",
    timestamp: 1,
    content: {
      role: "user",
      parts: [{ text: "hi" }, { functionCall: { id: "c", name: "f", args: {} } }],
    },
    actions: { stateDelta: { a: 1 }, artifactDelta: {} },
    inputTranscription: { text: "hi", finished: true },
    longRunningToolIds: ["c"],
    usageMetadata: { totalTokenCount: 1 },
  };
}

type Random = ReturnType<typeof createRandom>;

const pick = <T>(items: readonly T[], random: Random): T =>
  items.at(Math.floor(random() * items.length))!;

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e17,
  -1e308,
  1e300,
  "",
  "\u0000",
  "\ud800",
  "x".repeat(5_000),
  "__proto__",
  "9".repeat(400),
  [],
  {},
  [[]],
  { constructor: { prototype: 1 } },
  [null],
  { "": "" },
  { a: { b: [{ c: null }] } },
  "temp:x",
  "user:",
  "../..",
  "😀".repeat(200),
];

/** A copy with one to four changes, or text that is no JSON. */
function mutated(value: object, random: Random): unknown {
  let json = structuredClone(value) as Record<string, unknown>;
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change++) json = change1(json, random) as typeof json;
  const text = JSON.stringify(json) ?? "";
  if (random() < 0.9) return text;
  const at = Math.floor(random() * text.length);
  return pick(
    [
      text.slice(0, at),
      `${text.slice(0, at)}\u0000${text.slice(at)}`,
      `[${text}]`,
      '"a"',
      "1",
      "",
      " ",
    ],
    random,
  );
}

function change1(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random() < 0.15) return pick(strange, random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(strange, random)];
    const at = Math.floor(random() * (value.length + 1));
    return random() < 0.1
      ? Array.from({ length: 50 }, () => value).flat()
      : value
          .with(Math.min(at, Math.max(0, value.length - 1)), change1(value.at(at), random))
          .slice(0, 500);
  }
  const names = Object.keys(value);
  const name =
    random() < 0.15 || names.length === 0
      ? (JSON.stringify(pick(strange, random)) ?? "")
      : pick(names, random);
  if (random() < 0.15)
    return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
  return { ...value, [name]: change1((value as Record<string, unknown>)[name], random) };
}
