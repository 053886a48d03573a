/** The open approval requests: tool calls that the agent may not run before an operator decides. */
import type { Event } from "../../../../src/wire/adk.ts";

export interface ApprovalRequest {
  readonly id: string;
  /** For display: completes "The agent wants to …". */
  readonly hint: string;
  /** This page has sent a decision, and the server has not confirmed it. */
  readonly decisionSent: boolean;
}

export type ApprovalEvent =
  | { readonly kind: "approvalRequested"; readonly id: string; readonly hint: string }
  /** Any operator decided, or the request expired. */
  | { readonly kind: "approvalDecided"; readonly id: string };

/** ADK's name of the function whose response carries the decision. */
const confirmationFunction = "adk_request_confirmation";

export function readApprovals({ actions, content }: Partial<Event>): ApprovalEvent[] {
  const requested = Object.entries(actions?.requestedToolConfirmations ?? {}).map(
    ([id, confirmation]): ApprovalEvent => ({
      kind: "approvalRequested",
      id,
      hint: hintOf(confirmation),
    }),
  );
  const decided = (content?.parts ?? []).flatMap(({ functionResponse }): ApprovalEvent[] =>
    functionResponse?.name === confirmationFunction && functionResponse.id
      ? [{ kind: "approvalDecided", id: functionResponse.id }]
      : [],
  );
  return [...requested, ...decided];
}

/** The open requests after an event. A repeated request replaces the earlier one. */
export function reduceApprovals(
  requests: readonly ApprovalRequest[],
  event: { readonly kind: string } | ApprovalEvent,
): readonly ApprovalRequest[] {
  if (!isApprovalEvent(event)) return requests;
  const others = requests.filter(({ id }) => id !== event.id);
  return event.kind === "approvalDecided"
    ? others
    : [...others, { id: event.id, hint: event.hint, decisionSent: false }];
}

/** Disables the request's buttons: a request is decided once. */
export const markDecided = (
  requests: readonly ApprovalRequest[],
  decidedId: string,
): readonly ApprovalRequest[] =>
  requests.map((request) =>
    request.id === decidedId ? { ...request, decisionSent: true } : request,
  );

/** Whether the server will accept decisions from this page: the address or the token names the operator role. */
export function mayDecide(query: URLSearchParams, token: string | undefined): boolean {
  return query.get("role") === "operator" || readClaims(token)["role"] === "operator";
}

const isApprovalEvent = (event: { readonly kind: string }): event is ApprovalEvent =>
  event.kind === "approvalRequested" || event.kind === "approvalDecided";

function hintOf(confirmation: unknown): string {
  const hint = (confirmation as { hint?: unknown } | null)?.hint;
  return typeof hint === "string" ? hint : "";
}

/** The claims of a JWT. The page does not verify the signature: the server does. */
function readClaims(token = ""): Record<string, unknown> {
  try {
    const [, body = ""] = token.split(".");
    const claims: unknown = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    return { ...(claims as object) };
  } catch {
    return {};
  }
}
