import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/client/events.ts";
import { decided, mayDecide, weigh, type Question } from "../../../src/client/approvals.ts";
import { decisionEvent, petitionEvent } from "../../../src/core/policy/approval.ts";

const petition = { id: "c1", agent: "ada", tool: "pay", args: {}, hint: "pay the bill" };
const follow = (questions: readonly Question[], event: object): readonly Question[] =>
  readEvent(event).reduce(weigh, questions);

describe("[APPROVE9] a question is shown once, to whoever may decide it", () => {
  it("as the server asks and decides", () => {
    const asked = follow(follow([], petitionEvent(petition)), petitionEvent(petition));
    expect(asked).toEqual([{ id: "c1", hint: "pay the bill", sent: false }]);
    expect(decided(asked, "c1")).toEqual([{ id: "c1", hint: "pay the bill", sent: true }]);
    expect(follow(asked, decisionEvent(petition, { approved: false }, "Too late."))).toEqual([]);
    expect(follow(asked, decisionEvent({ ...petition, id: "c2" }, { approved: true }))).toEqual(
      asked,
    );
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
