/** Generates identifiers from a given random source. */
import type { Random } from "./ports.ts";
import type { Profile } from "./profiles/profile.ts";

const HEX = "0123456789abcdef";

/** 36 characters, the format of session ids and resumption handles. */
export function uuid(random: Random): string {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replaceAll("x", () =>
    HEX.charAt(Math.floor(random() * 16)),
  );
}

function digits(length: number, random: Random): string {
  const first = 1 + Math.floor(random() * 9);
  const rest = Array.from({ length: length - 1 }, () => Math.floor(random() * 10));
  return `${first}${rest.join("")}`;
}

/** An opaque function call id in the model's format. */
export function callId(form: Profile["callIds"], random: Random): string {
  if (form === "uuid") return uuid(random);
  if (form === "functionCall") return `function-call-${digits(19, random)}`;
  return `call_${digits(random() < 0.5 ? 6 : 7, random)}`;
}
