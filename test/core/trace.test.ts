import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { toGraphviz } from "../../src/agent/runtime/agent-graph.ts";
import { tool } from "../../src/agent/tool.ts";
import { spansOf } from "../../src/core/adk/trace.ts";
import { noActions, type Event, type EventBody } from "../../src/wire/adk.ts";

const at = (timestamp: number, body: EventBody): Event => ({
  id: `${timestamp}`,
  invocationId: "e-1",
  timestamp,
  actions: noActions,
  ...body,
});

const transcript = (text: string): EventBody => ({
  author: "bob",
  outputTranscription: { text, finished: true },
});

describe("[RUN16] Traces must be computed from the log: the agent, the tool calls, their times and their cost", () => {
  it("traces a turn with a call", () => {
    const spans = spansOf(
      [
        at(1, { author: "user", content: { role: "user", parts: [{ text: "Time?" }] } }),
        at(2, {
          author: "bob",
          modelVersion: "gemini-3.8-live",
          content: {
            role: "model",
            parts: [{ functionCall: { id: "c", name: "clock", args: { in: "UTC" } } }],
          },
        }),
        at(3.5, {
          author: "bob",
          content: {
            role: "user",
            parts: [{ functionResponse: { id: "c", name: "clock", response: {} } }],
          },
        }),
        at(5, transcript("Noon.")),
        at(5, { author: "bob", usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 3 } }),
        at(6, { author: "bob", turnComplete: true }),
        at(7, { author: "user", content: { role: "user", parts: [{ text: "Thanks." }] } }),
      ],
      "s1",
    );
    const of = (seconds: number) => seconds * 1e9;
    expect(spans.map(({ name, start_time, end_time }) => [name, start_time, end_time])).toEqual([
      ["invoke_agent bob", of(1), of(6)],
      ["call_llm", of(1), of(2)],
      ["call_llm", of(3.5), of(5)],
      ["execute_tool clock", of(2), of(3.5)],
    ]);
    expect(spans.map(({ parent_span_id }) => parent_span_id)).toEqual([
      null,
      10_000,
      10_000,
      10_000,
    ]);
    expect(new Set(spans.map(({ span_id }) => span_id)).size).toBe(4);
    expect(spans[2]?.attributes).toEqual({
      "gen_ai.operation.name": "generate_content",
      "gen_ai.conversation.id": "s1",
      "gcp.vertex.agent.event_id": "5",
      "gcp.vertex.agent.invocation_id": "e-1",
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.usage.output_tokens": 3,
    });
  });

  it("traces nothing that was not answered", () => {
    expect(spansOf([at(1, { author: "user", turnComplete: true })], "s")).toEqual([]);
    expect(spansOf([], "s")).toEqual([]);
  });
});

describe("[RUN17] The graph of an agent must show its tools and the agents it may transfer to", () => {
  it("writes Graphviz and highlights the agents and tools of an event", () => {
    const clock = tool({ name: "clock", description: "Tells the time.", run: () => 12 });
    const bob = agent({ name: "bob", model: "m", tools: [clock] });
    const ann = agent({ name: "ann", model: "m", subAgents: [bob] });
    const dot = toGraphviz(ann, false, ["bob"]);
    expect(dot).toMatch(/^digraph \{/);
    expect(dot).toContain('"ann" -> "bob"');
    expect(dot).toContain('"bob" -> "clock"');
    expect(dot).toMatch(/"bob" \[[^\]]*filled,?/);
    expect(dot).not.toMatch(/"ann" \[[^\]]*,filled/);
  });
});
