import { describe, expect, it } from "vitest";
import { toConnectionEvents } from "../../../src/client/connection/connection-events.ts";
import {
  markDecided,
  mayDecide,
  reduceApprovals,
  type ApprovalRequest,
} from "../../../src/client/state/approvals.ts";
import { approvalDecisionEvent, approvalRequestEvent } from "../../../src/core/policy/approval.ts";

const petition = { id: "c1", agent: "ada", tool: "pay", args: {}, hint: "pay the bill" };
const follow = (questions: readonly ApprovalRequest[], event: object): readonly ApprovalRequest[] =>
  toConnectionEvents(event).reduce(reduceApprovals, questions);

describe("[APPROVE9] a question is shown once, to whoever may decide it", () => {
  it("as the server asks and decides", () => {
    const asked = follow(
      follow([], approvalRequestEvent(petition)),
      approvalRequestEvent(petition),
    );
    expect(asked).toEqual([{ id: "c1", hint: "pay the bill", sent: false }]);
    expect(markDecided(asked, "c1")).toEqual([{ id: "c1", hint: "pay the bill", sent: true }]);
    expect(
      follow(asked, approvalDecisionEvent(petition, { approved: false }, "Too late.")),
    ).toEqual([]);
    expect(
      follow(asked, approvalDecisionEvent({ ...petition, id: "c2" }, { approved: true })),
    ).toEqual(asked);
    expect(follow(asked, { turnComplete: true })).toBe(asked);
  });

  it("an operator by the address, or by a token's claim", () => {
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
