import { describe, expect, it } from "vitest";
import { model, contextOf, spoken, stepsOf, user } from "./conversation.ts";
import { after, answer, brain, call } from "./declarations.ts";

describe("[BRAIN26] speaks a function's response of any form", () => {
  it.each<[Record<string, unknown>, RegExp | string]>([
    [{ result: "It is sunny in Paris" }, "It is sunny in Paris."],
    [{ output: 15 }, "The answer is 15."],
    [{ result: true }, "Yes."],
    [{ error: "no such city" }, "That did not work: no such city."],
    [{ error: { message: "timed out", code: 504 } }, "That did not work: timed out."],
    [{ success: false }, /did not work/],
    [{ price: 300, symbol: "ACME" }, "ACME is at 300."],
    [
      {
        items: [
          { title: "Red mug", price: 12.5 },
          { title: "Blue mug", price: 9 },
          { title: "Cup" },
          { title: "Jug" },
        ],
        total: 12,
      },
      "I found 12. The first 3 are Red mug for 12.5, Blue mug for 9 and Cup.",
    ],
    [{ items: [], total: 0 }, "I found nothing."],
    [{ results: [{ name: "Only one" }] }, "I found one: Only one."],
    [{ result: [2, 3, 5] }, "2, 3 and 5."],
    [{ temperature: 21, sky: "clear" }, "Temperature is 21 and sky is clear."],
    [{ status: "ok" }, "Done."],
    [{}, "Done."],
    [{ status: "ok", message: "Your table is booked" }, "Your table is booked."],
    [{ result: '{"price": 5, "symbol": "X"}' }, "X is at 5."],
  ])("%j", async (response, expected) => {
    const words = spoken(await after(response));
    if (typeof expected === "string") expect(words).toBe(expected);
    else expect(words).toMatch(expected);
  });
  it("stays short when the response is a megabyte", async () => {
    expect(spoken(await after({ result: "word ".repeat(200_000) })).split(" ").length).toBeLessThan(
      80,
    );
  });
  it("speaks several responses in order", async () => {
    const history = [
      user("both"),
      call("a"),
      answer("a", { result: "one" }),
      answer("b", { result: "two" }),
    ];
    expect(spoken(await stepsOf(brain, contextOf(history)))).toBe("One. Two.");
  });
});

describe("[BRAIN27] acknowledges a pending call, and speaks the result when it arrives", () => {
  const pending = { status: "The function is running asynchronously and the results are pending." };
  it("acknowledges briefly", async () => {
    const words = spoken(await after(pending));
    expect(words).not.toMatch(/asynchronously/);
    expect(words.split(" ").length).toBeLessThan(14);
  });
  it("speaks each later response", async () => {
    const history = [
      user("monitor ACME"),
      call("watch"),
      answer("watch", pending),
      model("I am on it."),
    ];
    for (const price of [300, 400]) {
      history.push(answer("watch", { price, symbol: "ACME" }));
      const steps = await stepsOf(brain, contextOf(history));
      expect(spoken(steps)).toBe(`ACME is at ${price}.`);
      history.push(model(spoken(steps)));
    }
  });
});
