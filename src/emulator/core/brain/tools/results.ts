/** Says what a function answered, whatever its shape: words, numbers, lists of things with prices, errors. */
import type { FunctionResponse } from "@google/genai";
import { capitalised, clipped, listed, plain } from "../words/plain.ts";
import { parted, spokenName } from "./lexicon.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Nobody listens to more of a tool's answer. */
const WORDS = 60;
/** How many things of a list are named. */
const NAMED = 3;
/** How many fields of an object are read out. */
const FIELDS = 6;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const closed = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Marks that nobody speaks are dropped; a function's name is parted into words. */
const readable = (text: string): string =>
  text
    .replace(/[*_`#]{2,}|[*`#]/g, "")
    .replace(/\b[a-z\d]+(?:_[a-z\d]+)+\b/g, (name) => spokenName(name))
    .replace(/\s+/g, " ")
    .trim();

const sentence = (text: string): string => closed(capitalised(clipped(readable(text), WORDS)));

const amount = (value: number): string => String(Number(value.toFixed(2)));

/** Keys that wrap an answer and say nothing themselves. */
const WRAPPERS = ["output", "result", "response", "data", "content", "value", "answer"];
/** Keys whose words are meant to be read. */
const WORDED = ["message", "summary", "text", "report", "description", "speech"];
const TITLES = ["title", "name", "label", "headline", "product", "id"];

const PENDING =
  /running asynchronously|results? (?:is|are) pending|\bpending\b|\bin[ _]progress\b|\baccepted\b|\bqueued\b|has been (?:started|scheduled)/i;

const isPending = (value: Fields): boolean => {
  const status = value["status"] ?? value["result"] ?? value["output"];
  return typeof status === "string" && status.length < 200 && PENDING.test(status);
};

function failure(value: Fields): string | undefined {
  const error = value["error"] ?? value["errors"];
  const failed = value["success"] === false || value["ok"] === false || value["status"] === "error";
  if ((error === undefined || error === null || error === false) && !failed) return undefined;
  const inner = isFields(error) ? (error["message"] ?? error["reason"]) : error;
  const reason = [inner, value["message"], value["error_message"]].find(
    (text) => typeof text === "string" && text !== "",
  );
  return typeof reason === "string"
    ? `That did not work: ${closed(clipped(readable(reason), WORDS))}`
    : "That did not work, and the app did not say why.";
}

function priceOf(item: Fields): string {
  const price = item["price"] ?? item["cost"];
  if (typeof price === "string" && price !== "") return ` for ${price}`;
  if (typeof price !== "number") return "";
  const currency = item["currency"];
  if (currency === "USD") return ` for $${price.toFixed(2).replace(/\.00$/, "")}`;
  return ` for ${amount(price)}${typeof currency === "string" ? ` ${currency}` : ""}`;
}

function nameOf(item: unknown): string {
  if (!isFields(item)) return scalar(item);
  const title = TITLES.map((key) => item[key]).find((text) => typeof text === "string");
  return typeof title === "string" ? `${readable(title)}${priceOf(item)}` : fields(item, 3);
}

function scalar(value: unknown): string {
  if (typeof value === "number") return amount(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? clipped(readable(value), WORDS) : "";
}

function list(items: readonly unknown[], total: number): string {
  if (items.length === 0) return "I found nothing.";
  const named = items.slice(0, NAMED).map(nameOf);
  if (items.every((item) => !isFields(item)) && items.length <= 10)
    return sentence(listed(items.map(scalar)));
  if (total === 1) return `I found one: ${closed(named[0] ?? "")}`;
  const lead =
    total > named.length ? `I found ${total}. The first ${named.length} are` : `I found ${total}:`;
  return `${lead} ${closed(listed(named))}`;
}

/** "temperature is 21, sky is clear". */
function fields(value: Fields, most = FIELDS): string {
  const told = Object.entries(value)
    .filter(([key]) => !/^(?:id|_.*|.*_id|url|uri|image.*|status|success|ok)$/i.test(key))
    .map(([key, inner]): string => {
      const words = Array.isArray(inner)
        ? `${inner.length} entries`
        : isFields(inner)
          ? fields(inner, 2)
          : scalar(inner);
      return words === "" ? "" : `${parted(key).join(" ")} is ${words}`;
    })
    .filter((text) => text !== "");
  return listed(told.slice(0, most));
}

function quote(value: Fields): string | undefined {
  const symbol = value["symbol"] ?? value["ticker"];
  const price = value["price"];
  const known =
    typeof symbol === "string" && (typeof price === "number" || typeof price === "string");
  return known
    ? `${symbol} is at ${typeof price === "number" ? amount(price) : price}.`
    : undefined;
}

function listIn(value: Fields): string | undefined {
  const found = Object.values(value).find(
    (inner): inner is readonly unknown[] => Array.isArray(inner) && inner.some(isFields),
  );
  const none = Object.values(value).some((inner) => Array.isArray(inner) && inner.length === 0);
  if (found === undefined)
    return none && Object.keys(value).length <= 3 ? "I found nothing." : undefined;
  const total = value["total"] ?? value["count"] ?? value["total_count"] ?? value["totalCount"];
  return list(found, typeof total === "number" ? total : found.length);
}

function object(value: Fields): string {
  const known = quote(value) ?? listIn(value);
  const worded = WORDED.map((key) => value[key]).find(
    (text) => typeof text === "string" && text !== "",
  );
  if (typeof worded === "string") return [sentence(worded), known].filter(Boolean).join(" ");
  if (known !== undefined) return known;
  const wrapper = WRAPPERS.find((key) => value[key] !== undefined);
  const rest = Object.keys(value).filter((key) => !/^(?:status|success|ok|error)$/.test(key));
  if (wrapper !== undefined && rest.length <= 1) return spoken(value[wrapper]);
  const told = fields(value);
  if (told !== "") return sentence(told);
  const status = value["status"];
  return typeof status === "string" &&
    plain(status) !== "" &&
    !/^(?:ok|success|done)$/i.test(status)
    ? sentence(status)
    : "Done.";
}

/** A string may itself be JSON. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function spoken(value: unknown): string {
  if (value === undefined || value === null || value === "") return "Done.";
  if (typeof value === "string") {
    const inner = parsed(value);
    return inner === undefined ? sentence(value) : spoken(inner);
  }
  if (typeof value === "number") return `The answer is ${amount(value)}.`;
  if (typeof value === "boolean") return value ? "Yes." : "No.";
  if (Array.isArray(value)) return list(value, value.length);
  return isFields(value) ? object(value) : "Done.";
}

export interface Answer {
  /** A word of acknowledgement; the result is still to come. */
  readonly pending: boolean;
  readonly words: string;
}

export function answerOf({ response }: FunctionResponse): Answer {
  const value = response ?? {};
  const failed = failure(value);
  if (failed !== undefined) return { pending: false, words: failed };
  if (isPending(value)) return { pending: true, words: "" };
  return { pending: false, words: spoken(value) };
}
