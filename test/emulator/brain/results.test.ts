import fc from "fast-check";
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
    [{ temperature: 21, sky: "clear" }, "The temperature is 21 and the sky is clear."],
    [{ status: "ok" }, "Done."],
    [{}, "Done."],
    [{ status: "ok", message: "Your table is booked" }, "Your table is booked."],
    [{ result: '{"price": 5, "symbol": "X"}' }, "X is at 5."],
  ])("%j", async (response, expected) => {
    const words = spoken(await after(response));
    if (typeof expected === "string") expect(words).toBe(expected);
    else expect(words).toMatch(expected);
  });
  it("announces the rest of a list in the number of those it names", async () => {
    const names = async (...items: string[]) =>
      spoken(await after({ items: items.map((name) => ({ name })), total: 5 }));
    expect(await names("A")).toBe("I found 5. The first is A.");
    expect(await names("A", "B")).toBe("I found 5. The first 2 are A and B.");
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

describe("[BRAIN62] speaks fields in sentences that a person would say", () => {
  it.each<[Record<string, unknown>, string]>([
    // A sum of money is no number of things.
    [
      {
        message: "The cart now holds 1 thing for $14.50.",
        total: 14.5,
        currency: "USD",
        items: [{ id: "a", name: "Dancing Mug", price: 14.5, currency: "USD", quantity: 1 }],
      },
      "The cart now holds 1 thing for $14.50. Dancing Mug for $14.50.",
    ],
    [
      {
        total: 24,
        currency: "USD",
        items: [{ name: "Mug", price: 12, currency: "USD", quantity: 2 }],
      },
      "I found one: 2 of the Mug for $12 each.",
    ],
    [{ forecast: [{ day: "Monday", high: 21 }] }, "I found one: Monday, high 21."],
    [{ meta: { total: 40 }, hits: [{ title: "X" }] }, "I found 40. The first is X."],
    // A text beside its data.
    [{ result: "17 is prime", primes: [17] }, "17 is prime."],
    [{ result: "none is prime", primes: [] }, "None is prime."],
    [{ progress: "Halfway there" }, "Halfway there."],
    // Lists.
    [{ primes: [2, 3, 5], checked: 9 }, "9 checked; the primes are 2, 3 and 5."],
    [{ primes: [17] }, "The prime is 17."],
    [{ primes: [], checked: 21 }, "21 checked; there are no primes."],
    [
      {
        result: [
          [1, 2],
          [3, 4],
        ],
      },
      "1 and 2; 3 and 4.",
    ],
    [{ result: [null] }, "I found nothing."],
    [{ removed: ["a"], kept: ["b", "c"] }, "Removed a and kept b and c."],
    // Booleans.
    [{ results: { 17: true } }, "For 17 the answer is yes."],
    [{ result: { 21: false } }, "For 21 the answer is no."],
    [{ done: true, to: "Bob", euros: 80 }, "Done: 80 euros to Bob."],
    [{ done: false }, "Not done."],
    [{ available: false, stock: 0 }, "It is not available and the stock is 0."],
    [{ in_stock: true }, "It is in stock."],
    [{ is_prime: false }, "It is not prime."],
    [{ door_open: true, alarmSet: false }, "The door is open and the alarm is not set."],
    [{ rain: true, delays: false }, "There is rain and there are no delays."],
    [{ has_parking: true, has_pool: false }, "It has parking and it has no pool."],
    // Numbers.
    [{ temperature_celsius: 21 }, "The temperature is 21 degrees Celsius."],
    [{ temperature: { value: 21, unit: "celsius" } }, "The temperature is 21 degrees Celsius."],
    [{ remaining_days: 1 }, "1 remaining day."],
    [{ people: 2, before: 1 }, "2 people and 1 before."],
    [{ balance: 120.5, currency: "EUR" }, "The balance is 120.5 euros."],
    [{ share: 0.001 }, "The share is 0.001."],
    // Texts.
    [
      { status: "shipped", eta: "2026-12-01T09:30:00Z" },
      "The status is shipped and the eta is 1 December 2026 at 09:30.",
    ],
    [{ summary: "See https://www.example.com/a?b=c now" }, "See example.com now."],
    [{ result: "OUT_OF_STOCK" }, "Out of stock."],
    [{ status: "ok", order_id: "A-12" }, "The order id is A-12."],
    [
      { from: "Paris", to: "Rome", departs: "10:30", passengers: 2 },
      "2 passengers from Paris to Rome; it departs at 10:30.",
    ],
    // Objects in objects.
    [
      { wind: { speed_kmh: 12, direction: "north" }, sky: "clear" },
      "The wind speed is 12 kilometres an hour, the wind direction is north and the sky is clear.",
    ],
    [{ user: { name: "Ann", age: 30 } }, "The user is Ann and the user age is 30."],
    [{ "": true }, "The answer is yes."],
    [{ " ": 5 }, "The answer is 5."],
    [{ result: {} }, "Done."],
    [{ result: null }, "Done."],
    [{ content: [{ type: "text", text: "It is sunny." }] }, "It is sunny."],
    // Errors, and fields for errors that hold none.
    [{ error: "", value: 3 }, "The answer is 3."],
    [{ errors: [], sky: "clear" }, "The sky is clear."],
    [{ errors: [{ message: "no such city" }] }, "That did not work: no such city."],
    [{ error: true, message: "the bank is closed" }, "That did not work: the bank is closed."],
    [{ error: { code: 504 } }, "That did not work: error 504."],
    [{ status: 404, message: "Not found" }, "That did not work: Not found."],
    [{ status: "failed", reason: "out of paper" }, "That did not work: out of paper."],
    [
      { isError: true, content: [{ type: "text", text: "no such tool" }] },
      "That did not work: no such tool.",
    ],
  ])("%j", async (response, expected) => expect(spoken(await after(response))).toBe(expected));

  const long = (word: string): string => `${word} `.repeat(30).trim();

  it.each<[string, Record<string, unknown>, string]>([
    ["fields", { a: long("red"), b: long("blue"), c: 1 }, `The a is ${long("red")}.`],
    [
      "a list",
      { colours: [long("red"), long("blue"), "x"] },
      `The colours are ${long("red")} and ${long("blue")}.`,
    ],
    [
      "a list alone",
      { result: [long("red"), long("blue"), "x"] },
      `${long("Red").replaceAll(" Red", " red")} and ${long("blue")}.`,
    ],
    [
      "a deed",
      { removed: [long("red"), long("blue"), "x"] },
      `Removed ${long("red")} and ${long("blue")}.`,
    ],
    [
      "items",
      { items: [{ title: long("red") }, { title: long("blue") }, { title: "x" }] },
      `I found 3. The first 2 are ${long("red")} and ${long("blue")}.`,
    ],
    ["a name", { [long("key")]: 1 }, `The ${"key ".repeat(12)}is 1.`],
  ])(
    "leaves out what would be too long as a whole, no half of it: %s",
    async (_, response, expected) => expect(spoken(await after(response))).toBe(expected),
  );

  it("survives any JSON, and always says something", () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (response) => {
        // Such a word in a name or a text may end the sentence.
        fc.pre(!/is|are|and|undefined|object|nan/i.test(JSON.stringify(response)));
        const words = spoken(await after(response));
        expect(words).toMatch(/\S/);
        expect(words).not.toMatch(/undefined|\[object|NaN| (?:is|are|and)\.$/);
      }),
    ));
});

describe("[BRAIN27] acknowledges a pending call, and speaks the result when it arrives", () => {
  const pending = { status: "The function is running asynchronously and the results are pending." };
  it("acknowledges briefly", async () => {
    const words = spoken(await after(pending));
    expect(words).not.toMatch(/asynchronously/);
    expect(words.split(" ").length).toBeLessThan(14);
  });
  it("does not acknowledge behind the first result", async () => {
    const history = [
      user("monitor ACME"),
      call("watch"),
      answer("watch", { price: 300, symbol: "ACME" }),
      answer("watch", pending),
    ];
    expect(spoken(await stepsOf(brain, contextOf(history)))).toBe("ACME is at 300.");
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
