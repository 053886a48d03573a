/** Speaks a function's response of any form: text, numbers, lists of items with prices, errors. */
import type { FunctionResponse } from "@google/genai";
import { capitalised, clipped, listed } from "../words/plain.ts";
import { spokenName } from "./lexicon.ts";
import { isRecord } from "./schema.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The most words of a text, items of a list and fields of an object that are spoken. */
const WORDS = 60;
const ITEMS = 3;
const FIELDS = 6;

const closed = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Without Markdown and snake case. */
const readable = (text: string): string =>
  clipped(
    text
      .replace(/[*`#]|_{2,}/g, "")
      .replace(/\b[a-z\d]+(?:_[a-z\d]+)+\b/g, spokenName)
      .trim(),
    WORDS,
  );

const sentence = (text: string): string => closed(capitalised(readable(text)));

const amount = (value: number): string => String(Number(value.toFixed(2)));

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** The first of these fields that satisfies the guard. */
const first = (value: Fields, keys: string): string | undefined =>
  keys
    .split(" ")
    .map((key) => value[key])
    .find(isText);

const PENDING =
  /running asynchronously|results? (?:is|are) pending|\bpending\b|\bin[ _]progress\b|\baccepted\b|\bqueued\b|has been (?:started|scheduled)/i;

function isPending(value: Fields): boolean {
  const status = value["status"] ?? value["result"] ?? value["output"];
  return typeof status === "string" && status.length < 200 && PENDING.test(status);
}

function failure(value: Fields): string | undefined {
  const error = value["error"] ?? value["errors"] ?? false;
  const failed = value["success"] === false || value["ok"] === false || value["status"] === "error";
  if (error === false && !failed) return undefined;
  const inner = isRecord(error) ? (error["message"] ?? error["reason"]) : error;
  const reason = [inner, value["message"], value["error_message"]].find(isText);
  return reason === undefined
    ? "That did not work, and the app did not say why."
    : `That did not work: ${closed(readable(reason))}`;
}

function priceOf({ price, cost, currency }: Fields): string {
  const value = price ?? cost;
  if (isText(value)) return ` for ${value}`;
  if (typeof value !== "number") return "";
  if (currency === "USD") return ` for $${value.toFixed(2).replace(/\.00$/, "")}`;
  return ` for ${amount(value)}${typeof currency === "string" ? ` ${currency}` : ""}`;
}

function scalar(value: unknown): string {
  if (typeof value === "number") return amount(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? readable(value) : "";
}

function nameOf(item: unknown): string {
  if (!isRecord(item)) return scalar(item);
  const title = first(item, "title name label headline product id");
  return title === undefined ? fields(item, 3) : `${readable(title)}${priceOf(item)}`;
}

function list(items: readonly unknown[], total = items.length): string {
  if (items.length === 0) return "I found nothing.";
  if (items.length <= 10 && !items.some(isRecord)) return sentence(listed(items.map(scalar)));
  const names = items.slice(0, ITEMS).map(nameOf);
  if (total === 1) return `I found one: ${closed(names[0] ?? "")}`;
  const count = total > names.length ? `${total}. The first ${names.length} are` : `${total}:`;
  return `I found ${count} ${closed(listed(names))}`;
}

/** "temperature is 21, sky is clear". */
function fields(value: Fields, most = FIELDS): string {
  const spokenFields = Object.entries(value)
    .filter(([key]) => !/^(?:id|_.*|.*_id|url|uri|image.*|status|success|ok)$/i.test(key))
    .map(([key, inner]) => {
      const words = isRecord(inner) ? fields(inner, 2) : scalar(inner);
      return [spokenName(key), Array.isArray(inner) ? `${inner.length} entries` : words];
    })
    .filter(([, words]) => words !== "");
  return listed(spokenFields.slice(0, most).map((field) => field.join(" is ")));
}

function stockQuote(value: Fields): string | undefined {
  const symbol = first(value, "symbol ticker");
  const price = value["price"];
  if (symbol === undefined || !(typeof price === "number" || isText(price))) return undefined;
  return `${symbol} is at ${scalar(price)}.`;
}

function listIn(value: Fields): string | undefined {
  const lists = Object.values(value).filter(Array.isArray);
  const found = lists.find((items) => items.some(isRecord));
  const total = [value["total"], value["count"], value["total_count"], value["totalCount"]].find(
    (count) => typeof count === "number",
  );
  if (found !== undefined) return list(found, total);
  const none = lists.some(({ length }) => length === 0) && Object.keys(value).length <= 3;
  return none ? "I found nothing." : undefined;
}

function object(value: Fields): string {
  const known = stockQuote(value) ?? listIn(value);
  const text = first(value, "message summary text report description speech");
  if (text !== undefined) return [sentence(text), known].filter(Boolean).join(" ");
  if (known !== undefined) return known;
  const rest = Object.keys(value).filter((key) => !/^(?:status|success|ok|error)$/.test(key));
  const wrapper = rest.find((key) =>
    /^(?:output|result|response|data|content|value|answer)$/.test(key),
  );
  if (wrapper !== undefined && rest.length === 1) return spoken(value[wrapper]);
  const status = scalar(value["status"]);
  return sentence(fields(value) || (/^(?:ok|success|)$/i.test(status) ? "done" : status));
}

/** The value of JSON in a string. */
function parsed(text: string): unknown {
  try {
    return /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

function spoken(value: unknown): string {
  if (isText(value)) return parsed(value) === undefined ? sentence(value) : spoken(parsed(value));
  if (typeof value === "number") return `The answer is ${amount(value)}.`;
  if (typeof value === "boolean") return value ? "Yes." : "No.";
  if (Array.isArray(value)) return list(value);
  return isRecord(value) ? object(value) : "Done.";
}

interface Answer {
  /** An acknowledgement; the result follows in a later response. */
  readonly pending: boolean;
  readonly words: string;
}

export function answerOf({ response = {} }: FunctionResponse): Answer {
  const failed = failure(response);
  const pending = failed === undefined && isPending(response);
  return { pending, words: pending ? "" : (failed ?? spoken(response)) };
}
