/** What a parameter is for, judged by its name and, failing that, by its description. */
import { parted } from "./lexicon.ts";
import type { Parameter } from "./schema.ts";

export type Role =
  | "place"
  | "time"
  | "date"
  | "url"
  | "email"
  | "phone"
  | "symbol"
  | "to"
  | "from"
  | "with"
  | "about"
  | "by"
  | "person"
  | "words"
  | "thing";

const BY_NAME: readonly (readonly [RegExp, Role])[] = [
  [/\b(?:url|uri|link|website|webpage)\b/, "url"],
  [/\bemail\b/, "email"],
  [/\bphone\b/, "phone"],
  [/\b(?:date|day|when|check ?in|check ?out|deadline|due)\b/, "date"],
  [/\b(?:time|hour|at)\b/, "time"],
  [/\b(?:symbol|ticker)\b/, "symbol"],
  [/\b(?:from|source|origin|start|departure|base)\b/, "from"],
  [/\b(?:to|recipient|destination|target|arrival|contact|receiver)\b/, "to"],
  [
    /\b(?:city|location|place|country|town|where|address|region|area|state|neighbou?rhood)\b/,
    "place",
  ],
  [/\b(?:with|guest|attendees?|companion|invitees?)\b/, "with"],
  [/\b(?:about|topic|subject)\b/, "about"],
  [/\b(?:by|artist|author|singer|band|director)\b/, "by"],
  [/\b(?:message|text|content|body|note|sentence|phrase|reminder)\b/, "words"],
  [/\b(?:first name|last name|person|customer|name|title|label)\b/, "person"],
];

const BY_DESCRIPTION: readonly (readonly [RegExp, Role])[] = [
  [/\b(?:city|location|place name|country|town|address)\b/, "place"],
  [/\bticker\b/, "symbol"],
];

/** A whole word match; "x_city" counts, "capacity" does not. */
export function roleOf({ name, description, format }: Parameter): Role {
  if (format === "date-time" || format === "time") return "time";
  if (format === "date" || format === "email") return format;
  if (format === "uri" || format === "url") return "url";
  const known = parted(name).join(" ");
  const named = BY_NAME.find(([pattern]) => pattern.test(known));
  if (named !== undefined) return named[1];
  const told = BY_DESCRIPTION.find(([pattern]) => pattern.test(description.toLowerCase()));
  return told?.[1] ?? "thing";
}
