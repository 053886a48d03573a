/** Phrasings written after the rules and never used to tune them. */
import type { FunctionDeclaration } from "@google/genai";
import type { Command } from "./heldout-tools.ts";
import type { Case } from "./heldout.ts";

const each = (hear: RegExp, ...says: string[]): Case[] => says.map((say) => ({ say: [say], hear }));
const after = (hear: RegExp, ...say: string[]): Case => ({ say, hear });

export const LATER_CASES: readonly Case[] = [
  ...each(/hello|hi\b/i, "Hiya.", "Good afternoon to you.", "Hello hello!"),
  ...each(
    /emulator/i,
    "What exactly are you?",
    "Is there a human on the line?",
    "Are you an AI?",
    "Who built you?",
  ),
  ...each(/11 AM/, "Could you tell me the time in New York City?", "New York time please"),
  ...each(
    /\b5 PM\b/,
    "what's the time in madrid spain",
    "What hour is it in Rome?",
    "time in Barcelona",
  ),
  ...each(/\b8 PM\b/, "What time is it in Dubai right now?"),
  ...each(/\b3 AM\b/, "And what time is it in Sydney?"),
  ...each(/9:30 PM/, "What's the time in Bangalore, India?"),
  ...each(
    /Monday/,
    "Do you know what day today is?",
    "tell me today's date",
    "What weekday is it?",
  ),
  ...each(
    /thirty-two/i,
    "four times eight",
    "What is half of sixty four?",
    "forty take away eight",
  ),
  ...each(/one hundred\b/i, "ten times ten equals", "what is a thousand divided by ten"),
  ...each(/fifty\b/i, "How much is twenty percent of two hundred fifty?"),
  ...each(/thirty-one/i, "five squared plus six", "What's the sum of fourteen and seventeen?"),
  ...each(
    /four, five, six/i,
    "count to six for me",
    "Start counting from one to six.",
    "Please count aloud to ten",
  ),
  ...each(
    /^(?:\S+\s+){70,}/,
    "Tell me a really long story",
    "I want to hear a story",
    "story time",
    "Tell us a tale about anything",
  ),
  after(/Peter/, "Hi, my name's Peter.", "Do you know my name?"),
  after(/Maria/, "You can call me Maria.", "What's my name again?"),
  after(/Berlin/, "I'm from Berlin.", "Where am I from?"),
  after(/jazz/, "My favorite music is jazz.", "What's my favourite music?"),
  after(/Tuesday/, "My appointment is on Tuesday.", "When is my appointment?"),
  after(/under the mat/, "Please remember that the key is under the mat.", "Where is the key?"),
  after(/blue/, "My car is blue.", "What color is my car?"),
  after(/teacher/, "I work as a teacher.", "What is my job?"),
  after(/Tom/, "My brother's name is Tom.", "What's the name of my brother?"),
  ...each(/welcome|pleasure|glad/i, "Great, thank you!", "Many thanks."),
  ...each(/bye|see you|care/i, "Bye bye.", "Good night!", "Have a nice day."),
  ...each(/^(okay|all right|sure)/i, "Stop talking.", "Please stop.", "Shut up.", "Okay stop."),
  after(/is four/i, "two plus two", "What did you say?"),
  after(/is four/i, "two plus two", "Come again?"),
  ...each(/D, O, G/, "Can you spell dog?", "spell dog"),
  ...each(
    /\?$/,
    "Introduce yourself to the caller and ask how you can help.",
    "Begin the conversation.",
  ),
  ...each(
    /heard/i,
    "Time flies",
    "My count was off by one",
    "It was a long story short day",
    "We met in Rome last year",
    "She is twenty plus",
    "I need a minute",
  ),
];

const declared = (
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
const number = { type: "number" };

export const LATER_TOOLS: readonly FunctionDeclaration[] = [
  declared(
    "getFlightStatus",
    "Tells whether a flight is on time.",
    { flight_number: text },
    "flight_number",
  ),
  declared("open_garage_door", "Opens the garage door."),
  declared("close_garage_door", "Closes the garage door."),
  declared(
    "set_temperature",
    "Sets the room temperature.",
    { degrees: number, room: text },
    "degrees",
  ),
  declared(
    "order_pizza",
    "Orders a pizza.",
    { size: { type: "string", enum: ["small", "medium", "large"] }, topping: text },
    "size",
  ),
  declared("get_stock_price", "Latest price of a stock.", { symbol: text }, "symbol"),
  declared(
    "translate_text",
    "Translates text into another language.",
    { text, language: text },
    "text",
    "language",
  ),
  declared(
    "schedule_meeting",
    "Puts a meeting into the calendar.",
    { date: text, time: text, attendees: { type: "array", items: text } },
    "date",
    "time",
  ),
  declared("search_recipes", "Finds recipes by ingredient.", { ingredient: text }, "ingredient"),
  declared("lock_door", "Locks the front door."),
  declared("get_order_status", "Where an order is.", { order_id: text }, "order_id"),
];

const call = (say: string, name: string, args: Record<string, unknown> = {}): Command => ({
  say,
  calls: [{ name, args }],
});

export const LATER_COMMANDS: readonly Command[] = [
  call("Is flight BA 284 on time?", "getFlightStatus", { flight_number: /BA ?284/ }),
  call("Please open the garage", "open_garage_door"),
  call("close the garage door", "close_garage_door"),
  call("Make it 22 degrees in the bedroom", "set_temperature", { degrees: 22, room: /bedroom/i }),
  call("I would like a large pizza with mushrooms", "order_pizza", {
    size: "large",
    topping: /mushrooms/,
  }),
  call("What's the stock price of Google?", "get_stock_price", { symbol: /google/i }),
  call('Translate "good morning" into Spanish', "translate_text", {
    text: "good morning",
    language: /spanish/i,
  }),
  call("Schedule a meeting tomorrow at 10 am with Ann", "schedule_meeting", {
    date: "tomorrow",
    time: /10/,
  }),
  call("Find me a recipe with chicken", "search_recipes", { ingredient: "chicken" }),
  call("Lock the door", "lock_door"),
  call("Where is my order 7731?", "get_order_status", { order_id: "7731" }),
  call("how is the Apple stock doing", "get_stock_price", { symbol: /apple/i }),
  ...[
    "How are you?",
    "I locked my bike",
    "The pizza was good",
    "Tell me a joke",
    "What is ten plus ten?",
    "My door is green",
  ].map((say) => ({ say, calls: [] })),
];
