import { describe, expect, it } from "vitest";
import { callsIn, model, contextOf, spoken, stepsOf, converse, user } from "./conversation.ts";
import { after, answer, brain, call, json, one, order, text, whole } from "./declarations.ts";

describe("[BRAIN22] does not call a function for a statement or small talk", () => {
  const functions = [
    json("get_weather", { city: text }, ["city"]),
    json("find_items", { query: text }, ["query"]),
    json("set_light", { room: one("kitchen", "bedroom") }, ["room"]),
    json("end_call"),
  ];
  it.each([
    "Hello!",
    "My brother works in the kitchen",
    "Thanks a lot",
    "What is two plus two?",
    "The weather was fine",
    "Tell me a story",
    "I am in the bedroom",
  ])("%s", async (say) => {
    const steps = await order(say, functions);
    expect(callsIn(steps)).toEqual([]);
    expect(spoken(steps)).not.toBe("");
  });
});

it("[BRAIN22] never turns on a device that should be turned off", async () => {
  const on = json("turn_on_lights");
  expect(callsIn(await order("Turn off the lights", [on]))).toEqual([]);
  const both = await order("Turn off the lights", [on, json("turn_off_lights")]);
  expect(callsIn(both)).toEqual([{ name: "turn_off_lights", args: {} }]);
});

describe("[BRAIN23] calls all functions that one sentence asks for in one step", () => {
  const lights = json("turn_on_lights");
  const tv = json("turn_on_tv");
  const weather = json("get_weather", { city: text }, ["city"]);
  it.each<[string, unknown[]]>([
    [
      "Turn on the lights and the TV",
      [
        { name: "turn_on_lights", args: {} },
        { name: "turn_on_tv", args: {} },
      ],
    ],
    [
      "What's the weather in Paris and in Rome?",
      ["Paris", "Rome"].map((city) => ({ name: "get_weather", args: { city } })),
    ],
    ["turn on the TV", [{ name: "turn_on_tv", args: {} }]],
  ])("%s", async (say, calls) => {
    const steps = await order(say, [lights, tv, weather, json("turn_off_lights")]);
    expect(steps).toEqual([{ call: calls }]);
  });
  it("once for each choice that the sentence names", async () => {
    const light = json("switch_light", { room: one("kitchen", "bedroom") }, ["room"]);
    expect(
      callsIn(await order("switch the light in the kitchen and the bedroom", [light])),
    ).toEqual(["kitchen", "bedroom"].map((room) => ({ name: "switch_light", args: { room } })));
  });
});

it("[BRAIN24] asks for an argument that is missing, and takes the answer", async () => {
  const tools = { functions: [json("get_weather", { city: text }, ["city"])] };
  const asked = await converse(brain, ["What's the weather?"], { tools });
  expect(spoken(asked)).toMatch(/need the city.*\?$/);
  const answered = await converse(brain, ["What's the weather?", "Lisbon"], { tools });
  expect(callsIn(answered)).toEqual([{ name: "get_weather", args: { city: "Lisbon" } }]);
});

describe("[BRAIN25] a function that fits well precedes the skills, one that fits less follows them", () => {
  it("calls the app's clock", async () => {
    const steps = await order("What time is it in Tokyo?", [
      json("get_current_time", { city: text }, ["city"]),
    ]);
    expect(callsIn(steps)).toEqual([{ name: "get_current_time", args: { city: "Tokyo" } }]);
  });
  it("gives a search a wish that no skill understood, but no greeting", async () => {
    const find = json("find_items", { query: text }, ["query"]);
    const wish = await order("I need a birthday present for my son", [find]);
    expect(callsIn(wish)[0]?.args).toEqual({ query: "birthday present for my son" });
    expect(callsIn(await order("how are you", [find]))).toEqual([]);
  });
});

describe("[BRAIN28] a response never triggers its own call again", () => {
  const functions = [
    json("roll_die", { sides: whole }, ["sides"]),
    json("check_prime", { nums: { type: "array", items: whole } }, ["nums"]),
  ];
  const say = "Roll a die with six sides and check whether it is prime";
  it("makes the next call of the command once", async () => {
    const history = [user(say), call("roll_die", { sides: 6 }), answer("roll_die", { result: 5 })];
    const steps = await stepsOf(brain, contextOf(history, { tools: { functions } }));
    expect(callsIn(steps)).toEqual([{ name: "check_prime", args: { nums: [5] } }]);
    history.push(
      call("check_prime", { nums: [5] }),
      answer("check_prime", { result: "5 is prime" }),
    );
    expect(await stepsOf(brain, contextOf(history, { tools: { functions } }))).toEqual([
      { say: "5 is prime." },
    ]);
  });
  it("even when it contains the words of the command", async () => {
    const steps = await after({ result: "roll a die with six sides" }, "roll a die", "roll_die");
    expect(callsIn(steps)).toEqual([]);
  });
});

describe("[BRAIN29] stops a streaming function on request", () => {
  const stop = json("stop_streaming", { function_name: text }, ["function_name"]);
  const functions = [
    json("monitor_stock_price", { symbol: text }, ["symbol"]),
    json("monitor_video_stream"),
    stop,
  ];
  const running = [
    user("monitor ACME"),
    call("monitor_stock_price"),
    answer("monitor_stock_price", { result: "pending" }),
    model("On it."),
  ];
  const stopped = (name: string) => [{ name: "stop_streaming", args: { function_name: name } }];
  it.each([
    ["Stop monitoring the stock price.", "monitor_stock_price"],
    ["Please stop monitoring.", "monitor_stock_price"],
    ["Stop.", "monitor_stock_price"],
    ["stop the video stream", "monitor_video_stream"],
  ])("%s", async (say, name) => {
    expect(callsIn(await order(say, functions, running))).toEqual(stopped(name));
  });
  it("falls silent when nothing streams", async () => {
    expect(callsIn(await order("Stop.", functions))).toEqual([]);
  });
});

describe("[BRAIN30] transfers to the agent whose description fits", () => {
  const transfer = json("transfer_to_agent", { agent_name: text }, ["agent_name"]);
  const instruction =
    "You are a shop.\nAgent name: returns_desk\nAgent description: Handles refunds and broken goods.\n\nAgent name: sommelier\nAgent description: Knows wines.";
  const to = async (say: string) =>
    callsIn(
      await stepsOf(
        brain,
        contextOf([user(say)], { instruction, tools: { functions: [transfer] } }),
      ),
    );
  it.each([
    ["I want a refund", "returns_desk"],
    ["Can I talk to the sommelier?", "sommelier"],
    ["Which wine goes with fish?", "sommelier"],
  ])("%s", async (say, agent) => {
    expect(await to(say)).toEqual([{ name: "transfer_to_agent", args: { agent_name: agent } }]);
  });
  it("stays when no agent fits, and is silent after a transfer", async () => {
    expect(await to("What is two plus two?")).toEqual([]);
    const history = [
      user("refund"),
      call("transfer_to_agent"),
      answer("transfer_to_agent", { result: null }),
    ];
    expect(await stepsOf(brain, contextOf(history))).toEqual([]);
  });
});

describe("[BRAIN31] resolves references to the last list", () => {
  const items = [
    { id: "m-1", title: "Red mug", price: 12 },
    { id: "m-2", title: "Blue mug", price: 9 },
  ];
  const history = [
    user("find mugs"),
    call("find_items"),
    answer("find_items", { items }),
    model("I found two."),
  ];
  it.each([
    ["add the second one to my cart", { product_id: "m-2" }],
    ["add the cheapest to my cart", { product_id: "m-2" }],
    ["add two of the first one to my cart", { product_id: "m-1", quantity: 2 }],
  ])("%s", async (say, args) => {
    const add = json("add_to_cart", { product_id: text, quantity: whole }, ["product_id"]);
    expect(callsIn(await order(say, [add], history))).toEqual([{ name: "add_to_cart", args }]);
  });
});

describe("[BRAIN32] refines the last search", () => {
  const find = json("find_items", { query: text, max_price: { type: "number" } }, ["query"]);
  const items = [{ id: "m-1", title: "Red mug", price: 12 }];
  const history = [
    user("find mugs"),
    call("find_items", { query: "mugs" }),
    answer("find_items", { items }),
    model("I found one."),
  ];
  it.each([
    ["Stop, something cheaper", { query: "mugs", max_price: 12 }],
    ["What about red ones?", { query: "mugs red" }],
    ["in blue please", { query: "mugs blue" }],
    ["something under ten dollars", { query: "mugs", max_price: 10 }],
  ])("%s", async (say, args) => {
    expect(callsIn(await order(say, [find], history))).toEqual([{ name: "find_items", args }]);
  });
  it("only after a search", async () => {
    expect(callsIn(await order("what about red ones", [json("open_door")]))).toEqual([]);
    expect(callsIn(await order("Thank you", [find], history))).toEqual([]);
  });
});
