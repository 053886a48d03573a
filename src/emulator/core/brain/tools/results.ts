/** Speaks a function's response of any form: text, numbers, lists of items with prices, errors. */
import type { FunctionResponse } from "@google/genai";
import { capitalised, listed } from "../words/plain.ts";
import {
  type Fields,
  amount,
  clausesOf,
  fieldsOf,
  fitting,
  money,
  plainly,
  readable,
  scalar,
} from "./field-phrases.ts";
import { spokenName } from "./lexicon.ts";
import { isRecord } from "./schema.ts";

/** The most items of a list and fields of an object that are spoken. */
const ITEMS = 3;
const FIELDS = 6;

const closed = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Of words whose number has a bound: a cut would leave the last clause without its end. */
const sentence = (text: string): string => closed(capitalised(plainly(text)));

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

/** The texts of an error of any form: a text, an object, a list of them. */
const reasons = (error: unknown): string[] =>
  [error]
    .flat()
    .flatMap((each) =>
      isRecord(each)
        ? (first(each, "message reason detail title text status") ??
          `error ${scalar(each["code"])}`)
        : each,
    )
    .filter(isText);

function failure(value: Fields): string | undefined {
  const error = [value["error"] ?? value["errors"] ?? false].flat();
  const status = value["status"] ?? value["code"] ?? value["statusCode"];
  const failed =
    [value["success"], value["ok"]].includes(false) ||
    value["isError"] === true ||
    /^(?:error|fail(?:ed|ure)?|[45]\d\d)$/i.test(scalar(status));
  if (error.every((each) => each === false || each === "") && !failed) return undefined;
  const { message, error_message, detail, reason, content } = value;
  const [why] = [error, message, error_message, detail, reason, content].flatMap(reasons);
  return why === undefined
    ? "That did not work, and the app did not say why."
    : `That did not work: ${closed(readable(why))}`;
}

/** "2 of the Red mug for $12.50 each"; without a title its first fields: "Monday, high 21, low 12". */
function nameOf(item: unknown): string {
  if (!isRecord(item)) return scalar(item);
  const title = first(item, "title name label headline product");
  if (title === undefined)
    return fieldsOf(item).slice(0, ITEMS).map(brief).filter(Boolean).join(", ");
  const { quantity, currency } = item;
  const price = item["price"] ?? item["cost"];
  const several = typeof quantity === "number" && quantity > 1;
  const cost = typeof price === "number" ? money(price, currency) : isText(price) ? price : "";
  return [
    several ? `${quantity} of the ${readable(title)}` : readable(title),
    cost && ` for ${cost}${several ? " each" : ""}`,
  ].join("");
}

const brief = ([name, value]: readonly [string, unknown]): string =>
  isText(value) ? readable(value) : scalar(value) && `${name} ${scalar(value)}`;

const isMcpText = (item: unknown): boolean => isRecord(item) && item["type"] === "text";

/** @param announced whether a text has announced the items. */
function list(all: readonly unknown[], total = all.length, announced = false): string {
  const items = all.filter((item) => item !== null);
  if (items.length === 0) return "I found nothing.";
  if (items.every(isMcpText))
    return spoken(items.map((item) => (item as Fields)["text"]).join(" "));
  if (items.length <= 10 && !items.some(isRecord)) return sentence(scalar(items));
  const names = fitting(items.slice(0, ITEMS).map(nameOf).filter(Boolean));
  const joined = names.some((name) => name.includes(",")) ? names.join("; ") : listed(names);
  if (announced) return joined && sentence(joined);
  if (joined === "") return `I found ${total}.`;
  const first = names.length === 1 ? "The first is" : `The first ${names.length} are`;
  const some = total > names.length ? `${total}. ${first}` : `${total === 1 ? "one" : total}:`;
  return `I found ${some} ${closed(joined)}`;
}

/** Fields that a list is sent with. */
const PAGING = /^(?:.* )?(?:total|count|page|limit|offset|query)$/;
const isEmpty = ({ length }: readonly unknown[]): boolean => length === 0;

/** The list of items in an object, with the number of all that were found. */
function listIn(value: Fields, announced: boolean): string | undefined {
  const fields = fieldsOf(value);
  const lists = fields.map(([, inner]) => inner).filter(Array.isArray);
  const found = lists.find((items) => items.some(isRecord));
  const others = fields.filter(([name, inner]) => !Array.isArray(inner) && !PAGING.test(name));
  const items = found ?? (announced || others.length > 0 ? undefined : lists.find(isEmpty));
  if (items === undefined) return undefined;
  // Beside a currency a total is money.
  const counts = value["currency"] === undefined ? /\b(?:total|count)$/ : /\bcount$/;
  const total = fields.find(
    ([name, inner]) =>
      counts.test(name) && Number.isInteger(inner) && Number(inner) >= items.length,
  )?.[1];
  return list(items, total as number | undefined, announced);
}

function stockQuote(value: Fields): string | undefined {
  const symbol = first(value, "symbol ticker");
  const price = value["price"];
  if (symbol === undefined || !(typeof price === "number" || isText(price))) return undefined;
  return `${symbol} is at ${scalar(price)}.`;
}

const WRAPPERS = "output result response data content value answer";

function object(value: Fields): string {
  const written = first(value, "message summary text report description speech progress");
  const worded = first(value, WRAPPERS);
  const text = written ?? (worded?.includes(" ") ? worded : undefined);
  const known = stockQuote(value) ?? listIn(value, text !== undefined);
  if (text !== undefined) return [spoken(text), known].filter(Boolean).join(" ");
  if (known !== undefined) return known;
  const rest = Object.entries(value).filter(([key]) => !/^(?:status|success|ok|error)$/.test(key));
  if (rest.length === 1 && WRAPPERS.split(" ").includes(rest[0]?.[0] ?? ""))
    return spoken(rest[0]?.[1]);
  const ids = rest.flatMap(([key, inner]) =>
    key === "id" ? [] : [[spokenName(key), inner] as const],
  );
  return sentence(clausesOf(fieldsOf(value), FIELDS) || clausesOf(ids, 1) || "done");
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
  if (isText(value))
    return parsed(value) === undefined ? sentence(readable(value)) : spoken(parsed(value));
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
