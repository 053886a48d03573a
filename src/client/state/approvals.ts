/** What the agent wants to do and may not do unasked: the questions that are open, for whoever may decide them. */
import type { Event } from "../../wire/adk.ts";

export interface ApprovalRequest {
  readonly id: string;
  /** What the agent wants to do, in words. */
  readonly hint: string;
  /** Decided on this page; the server has not said so yet. */
  readonly sent: boolean;
}

export type ApprovalEvent =
  | { readonly kind: "question"; readonly id: string; readonly hint: string }
  /** Whoever decided, it is open no more. */
  | { readonly kind: "decided"; readonly id: string };

/** ADK's name of the function whose response is the decision. */
const confirmation = "adk_request_confirmation";

export function readApprovals({ actions, content }: Partial<Event>): ApprovalEvent[] {
  const asked = Object.entries(actions?.requestedToolConfirmations ?? {}).map(
    ([id, question]): ApprovalEvent => ({ kind: "question", id, hint: hintOf(question) }),
  );
  const decided = (content?.parts ?? []).flatMap(({ functionResponse }): ApprovalEvent[] =>
    functionResponse?.name === confirmation && functionResponse.id
      ? [{ kind: "decided", id: functionResponse.id }]
      : [],
  );
  return [...asked, ...decided];
}

/** The open questions after something was heard. One that is asked again is not asked twice. */
export function reduceApprovals(
  questions: readonly ApprovalRequest[],
  heard: { readonly kind: string } | ApprovalEvent,
): readonly ApprovalRequest[] {
  if (!isApproval(heard)) return questions;
  const others = questions.filter(({ id }) => id !== heard.id);
  return heard.kind === "decided"
    ? others
    : [...others, { id: heard.id, hint: heard.hint, sent: false }];
}

/** A decision is on its way: it is made once. */
export const markDecided = (
  questions: readonly ApprovalRequest[],
  decidedId: string,
): readonly ApprovalRequest[] =>
  questions.map((each) => (each.id === decidedId ? { ...each, sent: true } : each));

/** Whether the server will take a decision from this page: the address says so, or its token does. */
export function mayDecide(query: URLSearchParams, token: string | undefined): boolean {
  return query.get("role") === "operator" || claims(token)["role"] === "operator";
}

const isApproval = (heard: { readonly kind: string }): heard is ApprovalEvent =>
  heard.kind === "question" || heard.kind === "decided";

function hintOf(question: unknown): string {
  const hint = (question as { hint?: unknown } | null)?.hint;
  return typeof hint === "string" ? hint : "";
}

/** What a token says; whether it is true, the server knows. */
function claims(token = ""): Record<string, unknown> {
  try {
    const [, body = ""] = token.split(".");
    const said: unknown = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    return { ...(said as object) };
  } catch {
    return {};
  }
}
