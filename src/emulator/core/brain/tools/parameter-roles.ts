/** The role of a parameter: by its format, its name, or its description. */
import { parted } from "./lexicon.ts";
import type { Parameter } from "./schema.ts";

const BY_NAME = {
  url: /\b(?:url|uri|link|website|webpage)\b/,
  email: /\bemail\b/,
  phone: /\bphone\b/,
  date: /\b(?:date|day|when|check ?in|check ?out|deadline|due)\b/,
  time: /\b(?:time|hour|at)\b/,
  symbol: /\b(?:symbol|ticker)\b/,
  from: /\b(?:from|source|origin|start|departure|base)\b/,
  to: /\b(?:to|recipient|destination|target|arrival|contact|receiver)\b/,
  place: /\b(?:city|location|place|country|town|where|address|region|area|state|neighbou?rhood)\b/,
  with: /\b(?:with|guest|attendees?|companion|invitees?)\b/,
  about: /\b(?:about|topic|subject)\b/,
  by: /\b(?:by|artist|author|singer|band|director)\b/,
  words: /\b(?:message|text|content|body|note|sentence|phrase|reminder)\b/,
  person: /\b(?:first name|last name|person|customer|name|title|label)\b/,
};

export type Role = keyof typeof BY_NAME | "thing";

const BY_FORMAT: Readonly<Record<string, Role>> = {
  "date-time": "time",
  time: "time",
  date: "date",
  email: "email",
  uri: "url",
  url: "url",
};

export function roleOf({ name, description, format }: Parameter): Role {
  const words = parted(name).join(" ");
  const named = (Object.keys(BY_NAME) as (keyof typeof BY_NAME)[]).find((role) =>
    BY_NAME[role].test(words),
  );
  if (BY_FORMAT[format] ?? named) return BY_FORMAT[format] ?? named ?? "thing";
  if (/\b(?:city|location|place name|country|town|address)\b/i.test(description)) return "place";
  return /\bticker\b/i.test(description) ? "symbol" : "thing";
}
