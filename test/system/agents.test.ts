import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../src/wire/adk.ts";
import { startParley, type Parley } from "../support/parley.ts";
import { connectAdkClient } from "../support/adk-client.ts";

let parley: Parley;

beforeAll(async () => {
  parley = await startParley();
});

afterAll(async () => {
  await parley.stop();
});

const calledBy = (event: Event) =>
  event.content?.parts?.find((part) => part.functionCall)?.functionCall;
const answered = (event: Event) =>
  event.content?.parts?.find((part) => part.functionResponse)?.functionResponse;
const said = (event: Event): string =>
  event.outputTranscription?.finished ? event.outputTranscription.text : "";

describe("[AGENTS1] dice: a call with the spoken arguments, and the result is spoken", () => {
  it("roll a twenty-sided die", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/dice?agent=dice`);
    await ann.sendText("Roll a 20 sided die.");
    const call = calledBy(await ann.next((event) => calledBy(event) !== undefined));
    expect(call).toMatchObject({ name: "roll_die", args: { sides: 20 } });
    const result = answered(await ann.next((event) => answered(event) !== undefined))?.response;
    const number = result?.["result"] as number;
    expect(number).toBeGreaterThanOrEqual(1);
    expect(number).toBeLessThanOrEqual(20);
    const answer = await ann.next((event) => /\d/.test(said(event)));
    expect(said(answer)).toContain(`${number}`);
    await ann.close();
  });
});

describe("[AGENTS6] dice and primes: a question about primes is transferred to the other agent", () => {
  it("which answers it and transfers back", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/primes?agent=dice`);
    await ann.sendText("Is 7 prime?");
    const changed = await ann.next((event) => event.agentChanged !== undefined);
    expect(changed.agentChanged).toEqual({ from: "dice", to: "primes" });
    const call = calledBy(await ann.next((event) => calledBy(event) !== undefined));
    expect(call).toMatchObject({ name: "check_prime", args: { numbers: [7] } });
    const answer = await ann.next((event) => said(event) !== "");
    expect(answer.author).toBe("primes");
    expect(said(answer)).toMatch(/prime/);
    await ann.close();
  });
});

describe("[AGENTS2] stocks: speaks unasked at each new price until it is told to stop", () => {
  it("two prices, then it is stopped and the conversation continues", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/stocks?agent=stocks`);
    await ann.sendText("Monitor the stock price of ACME.");
    const call = calledBy(await ann.next((event) => calledBy(event) !== undefined));
    expect(call).toMatchObject({ name: "monitor_stock_price", args: { symbol: "ACME" } });
    await ann.next((event) => said(event).includes("300"));
    await ann.next((event) => said(event).includes("400"));
    await ann.sendText("Stop monitoring.");
    const stop = calledBy(await ann.next((event) => calledBy(event) !== undefined));
    expect(stop).toMatchObject({
      name: "stop_streaming",
      args: { function_name: "monitor_stock_price" },
    });
    const stopped = await ann.next((event) => answered(event)?.name === "stop_streaming");
    expect(answered(stopped)?.response).toEqual({
      status: "Successfully stopped streaming function monitor_stock_price",
    });
    // The stream's last message before the stop was answered: afterwards it is aborted and cannot speak.
    const last = ann.messages.findLast((event) => answered(event)?.name === "monitor_stock_price");
    expect(last && answered(last)?.response).toEqual({ status: "stopped" });
    await ann.sendText("What is two plus two?");
    await ann.next((event) => /four|4/.test(said(event)));
    await ann.close();
  });
});

describe("[AGENTS3] search: the answer carries its sources", () => {
  it("grounding reaches the client", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/search?agent=search`);
    await ann.sendText("Search for the tallest mountain.");
    const grounded = await ann.next((event) => event.groundingMetadata !== undefined);
    expect(grounded.groundingMetadata).toHaveProperty("groundingChunks");
    await ann.turn();
    await ann.close();
  });
});

describe("[SHOP10] concierge: an utterance becomes a search, whose products are shown and named; a cheaper request refines it", () => {
  it("a mug with dancing people, something cheaper, and into the cart", async () => {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/shop?agent=concierge`);
    const tiles = async () => {
      const event = await ann.next(({ actions }) => "tiles" in actions.stateDelta);
      return event.actions.stateDelta["tiles"] as { name: string; price: number }[];
    };
    await ann.sendText("Find me a mug with dancing people.");
    const call = calledBy(await ann.next((event) => calledBy(event) !== undefined));
    expect(call).toMatchObject({
      name: "find_items",
      args: { query: expect.stringMatching(/mug.*dancing people/) },
    });
    const [first] = await tiles();
    expect(first?.name).toContain("Dancing People Mug");
    await ann.next((event) => said(event).includes(first?.name ?? "?"));
    await ann.sendText("Something cheaper.");
    const [cheaper] = await tiles();
    expect(cheaper?.name).toContain("Dancing People Mug");
    expect(cheaper?.price).toBeLessThan(first?.price ?? 0);
    await ann.next((event) => said(event).includes(cheaper?.name ?? "?"));
    await ann.sendText("Put the first one in my cart.");
    const cart = await ann.next(({ actions }) => "cart" in actions.stateDelta);
    expect(cart.actions.stateDelta["cart"]).toMatchObject({ count: 1, total: cheaper?.price });
    await ann.close();
  });
});
