/** Tool calls as the transcript shows them: name, arguments, result and duration. */

export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** JSON, for display. */
  readonly args: string;
  /** JSON, for display. Of a tool that answers in parts: the latest. */
  readonly response?: string;
  readonly state: ToolCallState;
  /** By the server's clock, s. */
  readonly startedAt?: number;
  readonly durationMs?: number;
}

/** `waiting`: an operator decides whether it runs. */
export type ToolCallState = "running" | "waiting" | "done" | "failed";

export type ToolEvent =
  | {
      readonly kind: "toolCall";
      readonly name: string;
      readonly id?: string;
      readonly args?: unknown;
      /** By the server's clock, s. */
      readonly at?: number;
    }
  | {
      readonly kind: "toolResult";
      readonly name: string;
      readonly id?: string;
      readonly response?: unknown;
      readonly at?: number;
      /** More results follow. */
      readonly more?: true;
    };

/** Longer values are cut: the page saves what it shows. */
const maxCharacters = 4_000;

export const startCall = ({
  name,
  id,
  args,
  at,
}: Extract<ToolEvent, { kind: "toolCall" }>): ToolCall => ({
  name,
  args: toText(args ?? {}),
  state: "running",
  ...(id !== undefined && { id }),
  ...(at !== undefined && { startedAt: at }),
});

export function applyResult(
  call: ToolCall,
  { response, at, more }: Extract<ToolEvent, { kind: "toolResult" }>,
): ToolCall {
  const ended = at !== undefined && call.startedAt !== undefined && !more;
  return {
    ...call,
    response: toText(response),
    state: more ? "running" : isFailure(response) ? "failed" : "done",
    ...(ended && { durationMs: Math.max(0, (at - (call.startedAt ?? at)) * 1000) }),
  };
}

/** ADK's tools report a failure under `error`. */
const isFailure = (response: unknown): boolean =>
  typeof response === "object" && response !== null && "error" in response;

function toText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2) ?? "";
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)} …` : text;
}
