/** Refusals that say when to try again. */
import { describe, expect, it } from "vitest";
import { conversationFull, refusal } from "../../src/protocols/conversation-socket.ts";
import { ask, tokenFor } from "./tokens.ts";

const run = { appName: "assistant", userId: "ann", sessionId: "s", newMessage: { parts: [] } };
const sessions = "/apps/assistant/users/ann/sessions";

/** Conversations without room for another client. */
const full = {
  CONVERSATION: {
    getByName: () => ({
      fetch: () => Promise.resolve(refusal(conversationFull())),
      movedTo: () => Promise.resolve(undefined),
      exists: () => Promise.resolve(true),
      readingError: () => Promise.resolve(undefined),
      create: () => Promise.resolve(conversationFull()),
    }),
  },
};

describe("[LIMIT18] a response of status 429 or 503 says when to try again", () => {
  it.each([
    ["POST", "/run", run],
    ["POST", "/run_sse", run],
    ["POST", sessions, {}],
    ["POST", `${sessions}/s`, {}],
    ["GET", "/events/ann/s", undefined],
  ])("429: %s %s", async (method, path, body) => {
    const response = await ask(path, {
      method,
      body,
      token: await tokenFor(),
      bindings: full,
    });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  });

  it.each([
    ["GET", "/healthz", undefined],
    ["GET", sessions, undefined],
    ["POST", "/run", run],
    ["GET", "/events/ann/s", undefined],
    ["POST", "/v1alpha/auth_tokens", {}],
    ["POST", "/api/tokens", {}],
    ["POST", "/api/calls", {}],
    ["POST", "/twilio/voice", {}],
  ])("503: %s %s", async (method, path, body) => {
    const response = await ask(path, {
      method,
      body,
      settings: { LIVE_API_URL: "", GEMINI_API_KEY: "" },
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  });
});
