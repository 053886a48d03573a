import type { FunctionDeclaration } from "@google/genai";
import { describe, expect, it } from "vitest";
import { callsIn } from "./conversation.ts";
import { gemini, json, one, order, text, whole, yes } from "./declarations.ts";

const ARGUMENTS: readonly [string, FunctionDeclaration, Record<string, unknown>][] = [
  [
    "What's the weather in Paris?",
    json("get_weather", { city: text }, ["city"]),
    { city: "Paris" },
  ],
  [
    "whats the weather in new york",
    json("getWeather", { location: text }, ["location"]),
    { location: "New York" },
  ],
  ["Roll a die with twenty sides", json("roll_die", { sides: whole }, ["sides"]), { sides: 20 }],
  [
    "are 7 and 9 prime",
    json("check_prime", { nums: { type: "array", items: whole } }, ["nums"]),
    { nums: [7, 9] },
  ],
  [
    "set the thermostat to 21.5 degrees",
    json("set_thermostat", { degrees: { type: "number" } }, ["degrees"]),
    { degrees: 21.5 },
  ],
  [
    "find me a mug with dancing people",
    json("find_items", { query: text, limit: whole }, ["query"]),
    { query: "mug with dancing people" },
  ],
  [
    "find five mugs",
    json("find_items", { query: text, limit: whole }, ["query"]),
    { query: "mugs", limit: 5 },
  ],
  [
    "find mugs under twenty dollars",
    json("find_items", { query: text, max_price: { type: "number" } }, ["query"]),
    { query: "mugs", max_price: 20 },
  ],
  [
    'find "blue whale" mugs',
    json("find_items", { query: text }, ["query"]),
    { query: "blue whale" },
  ],
  [
    "switch the living room light off",
    json("set_light", { room: one("kitchen", "living_room"), on: yes }, ["room", "on"]),
    { room: "living_room", on: false },
  ],
  [
    "set a timer for two hours",
    json("set_timer", { minutes: whole }, ["minutes"]),
    { minutes: 120 },
  ],
  [
    "Send a message to Bob saying I will be late",
    json("send_message", { to: text, text }, ["to", "text"]),
    { to: "Bob", text: "I will be late" },
  ],
  [
    "email bob@example.com that dinner is ready",
    json("send_email", { to: text, body: text }, ["to", "body"]),
    { to: "bob@example.com", body: "dinner is ready" },
  ],
  [
    "book a table for four tomorrow at half past seven",
    json("book_table", { people: whole, date: text, time: text }, ["people", "date", "time"]),
    { people: 4, date: "tomorrow", time: "7:30" },
  ],
  [
    "book a table at 8 pm for two",
    json("book_table", { people: whole, time: text }, ["people", "time"]),
    { people: 2, time: "20:00" },
  ],
  [
    "translate good morning to French",
    json("translate", { text, target_language: one("French", "German") }, [
      "text",
      "target_language",
    ]),
    { text: "good morning", target_language: "French" },
  ],
  [
    "monitor the stock price of XYZ",
    json("monitor_stock_price", { stock_symbol: text }, ["stock_symbol"]),
    { stock_symbol: "XYZ" },
  ],
  [
    "convert fifty euros to dollars",
    json("convert_currency", { amount: { type: "number" }, from: text, to: text }, [
      "amount",
      "from",
      "to",
    ]),
    { amount: 50, from: "euros", to: "dollars" },
  ],
  [
    "order a large pizza with extra cheese",
    json("order_pizza", { size: one("small", "large"), extra_cheese: yes }, ["size"]),
    { size: "large", extra_cheese: true },
  ],
  [
    "set the alarm",
    json("set_alarm", { time: { ...text, default: "07:00" } }, ["time"]),
    { time: "07:00" },
  ],
  ["create an event", json("create_event", {}), {}],
];

describe("[BRAIN21] fills the same arguments from JSON Schema and from Gemini schemas", () => {
  it.each(ARGUMENTS)("%s", async (say, declaration, args) => {
    const call = [{ name: declaration.name, args }];
    expect(callsIn(await order(say, [declaration]))).toEqual(call);
    expect(callsIn(await order(say, [gemini(declaration)]))).toEqual(call);
  });
  it("resolves references and alternatives", async () => {
    const declaration: FunctionDeclaration = {
      name: "set_volume",
      parametersJsonSchema: {
        type: "object",
        properties: { level: { $ref: "#/$defs/level" } },
        required: ["level"],
        $defs: { level: { anyOf: [{ type: "null" }, { type: "integer" }] } },
      },
    };
    expect(callsIn(await order("set the volume to 7", [declaration]))[0]?.args).toEqual({
      level: 7,
    });
  });
});
