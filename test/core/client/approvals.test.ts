import { describe, expect, it } from "vitest";
import { toConnectionEvents } from "../../../packages/client/src/connection/connection-events.ts";
import {
  markDecided,
  mayDecide,
  reduceApprovals,
  type ApprovalRequest,
} from "../../../packages/client/src/state/approvals.ts";
import { approvalDecisionEvent, approvalRequestEvent } from "../../../src/core/policy/approval.ts";

const request = { id: "c1", agent: "ada", tool: "pay", args: {}, hint: "pay the bill" };
const reduce = (requests: readonly ApprovalRequest[], event: object): readonly ApprovalRequest[] =>
  toConnectionEvents(event).reduce(reduceApprovals, requests);

describe("[APPROVE9] an operator sees each approval request once", () => {
  it("adds a request once, marks a sent decision, and removes a decided request", () => {
    const open = reduce(reduce([], approvalRequestEvent(request)), approvalRequestEvent(request));
    expect(open).toEqual([{ id: "c1", hint: "pay the bill", agent: "ada", decisionSent: false }]);
    expect(markDecided(open, "c1")).toEqual([
      { id: "c1", hint: "pay the bill", agent: "ada", decisionSent: true },
    ]);
    expect(reduce(open, approvalDecisionEvent(request, { approved: false }, "Too late."))).toEqual(
      [],
    );
    expect(
      reduce(open, approvalDecisionEvent({ ...request, id: "c2" }, { approved: true })),
    ).toEqual(open);
    expect(reduce(open, { turnComplete: true })).toBe(open);
  });

  it("recognises the operator role in the address or in the token's claims", () => {
    const token = (claims: object) =>
      `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
    const may = (query: string, token?: string) => mayDecide(new URLSearchParams(query), token);
    expect(may("role=operator")).toBe(true);
    expect(may("", token({ role: "operator", name: "Zoë?~" }))).toBe(true);
    expect(may("role=speaker", token({ role: "speaker" }))).toBe(false);
    for (const broken of [undefined, "", "x", "a.b.c", "e30.bnVsbA.x"])
      expect(may("", broken)).toBe(false);
  });
});
