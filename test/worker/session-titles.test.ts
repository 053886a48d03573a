/** Titles in a user's list of sessions. */
import { describe, expect, it } from "vitest";
import { rest, runAlarm, sessionsPath } from "./rest.ts";

describe("[SESS22] a list has titles if it is asked for them", () => {
  it("the first words of the user and the number of turns; otherwise ADK's six fields", async () => {
    const event = (text: string) => ({
      author: "user",
      invocationId: "i",
      content: { role: "user", parts: [{ text }] },
    });
    const events = [event("Find me a mug"), event("A cheaper one")];
    await rest("POST", sessionsPath("titled"), { sessionId: "a", events });
    await runAlarm('["assistant","titled","a"]');
    const titled = await rest("GET", `${sessionsPath("titled")}?titles=1`);
    expect(titled.body).toMatchObject([
      { id: "a", title: "Find me a mug", turns: expect.any(Number) },
    ]);
    const [plain] = (await rest("GET", sessionsPath("titled"))).body as unknown as object[];
    expect(Object.keys(plain ?? {})).toHaveLength(6);
  });
});
