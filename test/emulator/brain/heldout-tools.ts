/** Commands written before the choice of functions and never used to tune it. */
import type { FunctionDeclaration } from "@google/genai";

const fn = (
  name: string,
  description: string,
  properties: Record<string, unknown> = {},
  ...required: string[]
): FunctionDeclaration => ({
  name,
  description,
  parametersJsonSchema: { type: "object", properties, required },
});

const text = { type: "string" };
const whole = { type: "integer" };

/** All functions are declared at once: the choice among many is the hard part. */
export const TOOLS: readonly FunctionDeclaration[] = [
  fn(
    "get_weather",
    "Current weather and forecast for a city: temperature, rain and wind.",
    { city: text, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
    "city",
  ),
  fn(
    "set_light",
    "Switches the light of a room on or off.",
    {
      room: { type: "string", enum: ["kitchen", "bedroom", "living room"] },
      on: { type: "boolean" },
    },
    "room",
    "on",
  ),
  fn("turn_on_tv", "Turns the television on."),
  fn("roll_die", "Rolls a die with the given number of sides.", { sides: whole }, "sides"),
  fn(
    "check_prime",
    "Checks whether numbers are prime.",
    { numbers: { type: "array", items: whole } },
    "numbers",
  ),
  fn(
    "find_items",
    "Searches the shop for gifts and other products that fit a query.",
    { query: text, max_price: { type: "number", description: "Highest price in dollars." } },
    "query",
  ),
  fn(
    "monitor_stock_price",
    "Watches the price of a stock and reports every change.",
    { symbol: text },
    "symbol",
  ),
  fn(
    "stop_streaming",
    "Stops a running streaming function.",
    { function_name: text },
    "function_name",
  ),
  fn(
    "transfer_to_agent",
    "Transfers the conversation to another agent.\nAgent name: returns_desk\nAgent description: Handles returns, refunds and broken goods.\nAgent name: sommelier\nAgent description: Knows wines and pairings.",
    { agent_name: { type: "string", enum: ["returns_desk", "sommelier"] } },
    "agent_name",
  ),
  fn(
    "book_table",
    "Reserves a table in the restaurant.",
    { people: whole, time: text, name: text },
    "people",
    "time",
  ),
  fn("set_timer", "Starts a countdown timer.", { minutes: whole, label: text }, "minutes"),
  fn("play_music", "Plays music.", {
    genre: { type: "string", enum: ["jazz", "rock", "classical"] },
    artist: text,
  }),
  fn(
    "add_to_cart",
    "Puts an item into the shopping cart.",
    { item: text, quantity: whole },
    "item",
  ),
  fn(
    "convert_currency",
    "Converts money from one currency to another.",
    { amount: { type: "number" }, from: text, to: text },
    "amount",
    "from",
    "to",
  ),
  fn("create_reminder", "Reminds the user of something.", { text, time: text }, "text"),
];

export interface Command {
  readonly say: string;
  /** The expected calls, with some of their arguments. */
  readonly calls: readonly { name: string; args: Record<string, unknown> }[];
}

const call = (say: string, name: string, args: Record<string, unknown> = {}): Command => ({
  say,
  calls: [{ name, args }],
});

/** A RegExp matches the value of the argument. */
export const COMMANDS: readonly Command[] = [
  call("What's the weather like in Lisbon?", "get_weather", { city: "Lisbon" }),
  call("Is it raining in San Francisco at the moment?", "get_weather", { city: "San Francisco" }),
  call("Give me the forecast for Oslo in fahrenheit", "get_weather", {
    city: "Oslo",
    unit: "fahrenheit",
  }),
  call("Roll a twenty sided die", "roll_die", { sides: 20 }),
  call("Is 17 a prime number?", "check_prime", { numbers: [17] }),
  call("are seven and nine prime", "check_prime", { numbers: [7, 9] }),
  call("find me a mug with dancing people", "find_items", { query: /mug.*dancing people/ }),
  call("I'm looking for a birthday present for my ten year old", "find_items", {
    query: /birthday present/,
  }),
  call("Show me gifts cheaper than twenty dollars", "find_items", { max_price: 20 }),
  call("Please monitor the stock price of Acme.", "monitor_stock_price", { symbol: /^acme$/i }),
  call("Stop monitoring the stock.", "stop_streaming", { function_name: "monitor_stock_price" }),
  call("book a table for four at seven thirty", "book_table", {
    people: 4,
    time: /seven thirty|7:30/,
  }),
  call("Set a timer for ten minutes", "set_timer", { minutes: 10 }),
  {
    say: "Turn on the kitchen light and the TV.",
    calls: [
      { name: "set_light", args: { room: "kitchen", on: true } },
      { name: "turn_on_tv", args: {} },
    ],
  },
  call("Switch the bedroom light off", "set_light", { room: "bedroom", on: false }),
  call("Convert fifty euros to dollars", "convert_currency", {
    amount: 50,
    from: /euro/,
    to: /dollar/,
  }),
  call("Remind me to call mum at six", "create_reminder", { text: /call mum/ }),
  call("Play some jazz", "play_music", { genre: "jazz" }),
  call("add two red mugs to my cart", "add_to_cart", { quantity: 2, item: /red mugs?/ }),
  call("I want to talk to someone about a refund", "transfer_to_agent", {
    agent_name: "returns_desk",
  }),
  call("Which wine goes with fish?", "transfer_to_agent", { agent_name: "sommelier" }),
  ...[
    "Thank you very much",
    "What's my name?",
    "That sounds good to me",
    "I was at the shop yesterday",
    "What time is it in Paris?",
    "Tell me a story.",
    "My brother works in the kitchen",
    "What is seven plus nine?",
    "Hello!",
    "Stop.",
  ].map((say) => ({ say, calls: [] })),
];
