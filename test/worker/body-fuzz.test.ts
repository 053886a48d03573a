/** Sends bodies that are nearly valid to every route, seeded. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { mutated, pick } from "../support/mutation.ts";
import { createRandom } from "../support/scripted.ts";
import { rest, sessionsPath, stubOf } from "./rest.ts";

describe("[HTTP3] No body may lead to a failure of the server", () => {
  it("nor may a row of the log that an earlier version stored without a check", async () => {
    const path = `${sessionsPath("fred")}/old`;
    await rest("POST", sessionsPath("fred"), { sessionId: "old", events: [anEvent()] });
    const rows = [
      { content: { parts: [null, 7, { text: 7 }, { functionCall: "f", inlineData: 7 }] } },
      { content: "Hi.", inputTranscription: 7, outputTranscription: { text: null } },
      { content: { parts: "Hi." } },
    ];
    await runInDurableObject(stubOf("old", "fred"), (_, { storage }) => {
      for (const fields of rows)
        storage.sql.exec(
          `INSERT INTO event (turn, at_ms, author, json, epoch, told, sound_ms)
           SELECT turn, at_ms, author, ?, epoch, told, sound_ms FROM event LIMIT 1`,
          JSON.stringify({ ...anEvent(), ...fields }),
        );
    });
    for (const each of [
      path,
      sessionsPath("fred"),
      "/dev/apps/assistant/debug/trace/session/old?user_id=fred",
      "/dev/apps/assistant/users/fred/sessions/old/events/e/graph",
    ])
      expect((await rest("GET", each)).status).toBe(200);
  });

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
