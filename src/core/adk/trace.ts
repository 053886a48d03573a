/**
 * Converts the event log to the spans that ADK's page draws: the answers, by which agent and tool, and how long they
 * took. All times are those of the log.
 *
 *     turn:  invoke_agent ─┬─ call_llm      from the input to the model's transcript, with its token counts
 *                          └─ execute_tool  from the call to its response
 */
import type { Event } from "../../wire/adk.ts";
import { numberTurns } from "./imported-history.ts";

interface Span {
  readonly name: string;
  readonly span_id: number;
  readonly trace_id: number;
  /** Nanoseconds since the epoch, like `end_time`. */
  readonly start_time: number;
  readonly end_time: number;
  readonly parent_span_id: number | null;
  readonly attributes: Record<string, string | number>;
}

/** @param events of the log, in order. */
export function spansOf(events: readonly Event[], session: string): Span[] {
  const turns = Map.groupBy(numberTurns(events), ({ turn }) => turn);
  return [...turns].flatMap(([turn, numbered]) =>
    turnSpans(
      numbered.map(({ event }) => event),
      turn,
      session,
    ),
  );
}

function turnSpans(events: readonly Event[], turn: number, session: string): Span[] {
  const answering = events.find(({ author }) => author !== "user");
  if (!answering) return [];
  const spans = [...llmSpans(events), ...toolSpans(events)];
  const root = spanOf(`invoke_agent ${answering.author}`, events[0], events.at(-1), {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": answering.author,
  });
  const first = turn * spansOfTurn;
  return [root, ...spans].map(({ attributes, ...span }, at) => ({
    ...span,
    span_id: first + at,
    trace_id: turn,
    parent_span_id: at === 0 ? null : first,
    attributes: { ...attributes, "gen_ai.conversation.id": session },
  }));
}

/** More than a turn's budget of calls allows. */
const spansOfTurn = 10_000;

type UnnumberedSpan = Omit<Span, "span_id" | "trace_id" | "parent_span_id">;

/** A span begins with the input that the model answers: the user's, or a tool's response. */
function llmSpans(events: readonly Event[]): UnnumberedSpan[] {
  let input = events[0];
  const usages = usagesAfter(events);
  return events.flatMap((event, at) => {
    if (event.author === "user" || responseIdsOf(event).length > 0) input = event;
    if (!speaks(event)) return [];
    const usage = usages[at];
    return [
      spanOf("call_llm", input, event, {
        "gen_ai.operation.name": "generate_content",
        ...(event.modelVersion && { "gen_ai.request.model": event.modelVersion }),
        "gcp.vertex.agent.event_id": event.id,
        "gcp.vertex.agent.invocation_id": event.invocationId,
        "gen_ai.usage.input_tokens": usage?.promptTokenCount ?? 0,
        "gen_ai.usage.output_tokens": usage?.candidatesTokenCount ?? 0,
      }),
    ];
  });
}

/** The next receipt after each event. */
function usagesAfter(events: readonly Event[]): readonly Event["usageMetadata"][] {
  let next: Event["usageMetadata"];
  return events
    .toReversed()
    .map(({ usageMetadata }) => {
      const after = next;
      next = usageMetadata ?? next;
      return after;
    })
    .toReversed();
}

const speaks = ({ author, content, outputTranscription }: Event): boolean =>
  author !== "user" && (outputTranscription !== undefined || content?.role === "model");

function toolSpans(events: readonly Event[]): UnnumberedSpan[] {
  // The last response to a call replaces those before it.
  const responses = new Map(
    events.flatMap((event) => responseIdsOf(event).map((id) => [id, event] as const)),
  );
  return events.flatMap((event) =>
    (content(event) ?? []).flatMap(({ functionCall: call }) => {
      const response = call && responses.get(call.id ?? "");
      if (!call || !response) return [];
      return [
        spanOf(`execute_tool ${call.name}`, event, response, {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": call.name ?? "",
          "gen_ai.tool.call.id": call.id ?? "",
          "gcp.vertex.agent.event_id": response.id,
          "gcp.vertex.agent.tool_call_args": JSON.stringify(call.args ?? {}),
        }),
      ];
    }),
  );
}

const content = ({ content }: Event) => content?.parts;

const responseIdsOf = (event: Event): string[] =>
  content(event)?.flatMap(({ functionResponse }) => functionResponse?.id ?? []) ?? [];

const spanOf = (
  name: string,
  from: Event | undefined,
  to: Event | undefined,
  attributes: Record<string, string | number>,
): UnnumberedSpan => ({
  name,
  start_time: nanoseconds(from),
  end_time: nanoseconds(to),
  attributes,
});

/** A double holds them to a quarter of a microsecond; the log knows milliseconds. */
const nanoseconds = (event: Event | undefined): number =>
  Math.round((event?.timestamp ?? 0) * 1000) * 1e6;
