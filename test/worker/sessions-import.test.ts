import { describe, expect, it } from "vitest";
import { rest, sessionsPath } from "./rest.ts";

describe("[SESS15] The relay must accept, keep and return the fields of ADK 2.13", () => {
  const actions = {
    transferToAgent: "primes",
    transferReason: "It asks for primes.",
    agentState: { in_it: null, step_no: 2 },
    route: ["a", 1, true],
    renderUiWidgets: [{ id: "w", provider: "mcp", payload: { in_it: 1 } }],
    rewindBeforeInvocationId: "e-1",
    compaction: {
      startTimestamp: 1,
      endTimestamp: 2,
      compactedContent: { role: "user", parts: [{ text: "Earlier." }] },
    },
    setModelResponse: { in_it: [1, null] },
  };
  const event = {
    author: "lab",
    interactionStatus: "IDLE",
    environmentId: "env",
    isolationScope: "scope",
    branch: "a.b",
    nodeInfo: { path: "lab@1", outputFor: ["x"], messageAsOutput: true },
    liveSessionId: "s",
    longRunningToolIds: ["c"],
    content: { role: "model", parts: [{ functionCall: { id: "c", name: "adk_request_input" } }] },
  };
  const nothing = {
    content: null,
    turn_complete: null,
    nodeInfo: null,
    actions: { escalate: null, state_delta: null, compaction: null, route: null },
  };

  it("in camelCase, in snake_case, and with null for an absent field", async () => {
    const snake = (name: string) => name.replaceAll(/[A-Z]/g, (up) => `_${up.toLowerCase()}`);
    const inSnake = Object.fromEntries(
      Object.entries(actions).map(([name, value]) => [snake(name), value]),
    );
    const events = [
      { ...event, actions },
      { ...event, actions: inSnake },
      { author: "lab", ...nothing },
      { author: "lab", actions: null },
    ];
    const { status, body } = await rest("POST", sessionsPath("kim"), { sessionId: "x", events });
    expect([status, body]).toMatchObject([200, { id: "x" }]);
    const kept = (await rest("GET", `${sessionsPath("kim")}/x`)).body.events;
    for (const each of kept.slice(0, 2)) expect(each).toMatchObject({ ...event, actions });
    for (const each of kept.slice(2)) expect(JSON.stringify(each)).not.toContain("null");
  });

  it.each([
    { compaction: { startTimestamp: "1" } },
    { route: { a: 1 } },
    { renderUiWidgets: ["w"] },
    { agentState: 7 },
    { unknown: 1 },
  ])("and refuse one of another type: %j", async (wrong) => {
    const events = [{ author: "lab", actions: wrong }];
    expect((await rest("POST", sessionsPath("kim"), { events })).status).toBe(422);
  });
});

describe("[SESS16] The relay must refuse session options, and hide the sessions of evaluations", () => {
  it("options", async () => {
    const refused = await rest("POST", sessionsPath("lea"), {
      sessionId: "o",
      options: { ttl: 1 },
    });
    expect(refused.status).toBe(400);
    expect((await rest("GET", `${sessionsPath("lea")}/o`)).status).toBe(404);
    const none = { sessionId: "o", options: {} };
    expect((await rest("POST", sessionsPath("lea"), none)).status).toBe(200);
  });

  it("evaluations", async () => {
    for (const sessionId of ["adk-eval-session-1", "___eval___session___1", "mine"])
      await rest("POST", sessionsPath("max"), { sessionId });
    const list = (await rest("GET", sessionsPath("max"))).body as unknown as { id: string }[];
    expect(list.map(({ id }) => id)).toEqual(["mine"]);
    expect((await rest("GET", `${sessionsPath("max")}/adk-eval-session-1`)).status).toBe(200);
  });
});
