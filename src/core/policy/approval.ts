/** Approval of a tool call by a person: the request and the decision as events, in ADK's names. */
import { noActions, type EventBody } from "../../wire/adk.ts";

export interface ApprovalRequest {
  /** The call's id. */
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  /** The text that the person reads. */
  readonly hint: string;
}

export interface ApprovalDecision {
  readonly approved: boolean;
  /** Sent with the decision, for the tool. */
  readonly payload?: unknown;
}

/** ADK: `actions.requestedToolConfirmations`, by call id. `payload` is the call itself. */
export const approvalRequestEvent = ({
  id,
  agent,
  tool,
  args,
  hint,
}: ApprovalRequest): EventBody => ({
  author: agent,
  actions: confirmationActions(id, { hint, confirmed: false, payload: { name: tool, args } }),
});

/** @param why when no person decided. ADK's decision is a response to this function, too. */
export const approvalDecisionEvent = (
  { id, hint }: ApprovalRequest,
  { approved, payload }: ApprovalDecision,
  why?: string,
): EventBody => ({
  author: why === undefined ? "user" : "parley",
  content: {
    role: "user",
    parts: [
      {
        functionResponse: {
          id,
          name: confirmationFunction,
          response: {
            hint,
            confirmed: approved,
            ...(payload !== undefined && { payload }),
            ...(why !== undefined && { why }),
          },
        },
      },
    ],
  },
});

export const confirmationFunction = "adk_request_confirmation";

/** The hint where the author gives none. */
export const approvalHint = (tool: string, args: Record<string, unknown>): string => {
  const list = Object.entries(args).map(([key, value]) => `${key} ${toText(value)}`);
  return `use ${tool.replaceAll("_", " ")}${list.length > 0 ? `: ${list.join(", ")}` : ""}`;
};

const toText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const confirmationActions = (id: string, confirmation: object) => ({
  ...noActions,
  requestedToolConfirmations: { [id]: confirmation },
});
