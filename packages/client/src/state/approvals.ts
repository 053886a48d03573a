/** The open approval requests: tool calls that the agent may not run before an operator decides. */
import type { Event } from "../../../../src/wire/adk.ts";
import { readClaims } from "./token-claims.ts";

export interface ApprovalRequest {
  readonly id: string;
  /** For display: completes "The agent wants to …". */
  readonly hint: string;
  /** The agent that asks. */
  readonly agent?: string;
  /** When the call is declined by itself, by this client's clock, ms since the epoch. */
  readonly expiresAt?: number;
  /** This page has sent a decision, and the server has not confirmed it. */
  readonly decisionSent: boolean;
}

export type ApprovalEvent =
  | ({ readonly kind: "approvalRequested" } & Omit<ApprovalRequest, "decisionSent">)
  /** Any operator decided, or the request expired. */
  | { readonly kind: "approvalDecided"; readonly id: string };

/** ADK's name of the function whose response carries the decision. */
const confirmationFunction = "adk_request_confirmation";

/** @param expiresAt of a request, by this client's clock, ms since the epoch; undefined: not known. */
export function readApprovals(event: Partial<Event>, expiresAt?: number): ApprovalEvent[] {
  const { actions, content, author } = event;
  const requested = Object.entries(actions?.requestedToolConfirmations ?? {}).map(
    ([id, confirmation]): ApprovalEvent => ({
      kind: "approvalRequested",
      id,
      hint: hintOf(confirmation),
      ...(author !== undefined && { agent: author }),
      ...(expiresAt !== undefined && { expiresAt }),
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
  if (event.kind === "approvalDecided") return others;
  const { kind: _, ...request } = event;
  return [...others, { ...request, decisionSent: false }];
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
