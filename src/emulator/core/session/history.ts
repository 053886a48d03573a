/** What was said so far, and what it costs to keep in mind. */
import type { Content, Part } from "@google/genai";
import { count, FRAME_TOKENS, sum, textTokens, type Tokens } from "../protocol/token-usage.ts";

export interface Entry {
  readonly content: Content;
  readonly tokens: Tokens;
}

export interface Memory {
  readonly entries: readonly Entry[];
  /** Of all entries. */
  readonly tokens: Tokens;
}

export const emptyMemory: Memory = { entries: [], tokens: {} };

export function remember({ entries, tokens }: Memory, entry: Entry): Memory {
  return { entries: [...entries, entry], tokens: sum([tokens, entry.tokens]) };
}

export function contents(memory: Memory): Content[] {
  return memory.entries.map((entry) => entry.content);
}

/**
 * The newest entries that cost no more than so many tokens; what is kept begins with something the user said. The last
 * that the user said is kept at any price. Live API: ContextWindowCompressionConfig.slidingWindow.
 */
export function slide({ entries, tokens }: Memory, most: number): Memory {
  const begins = entries.flatMap((entry, i) => (isSaidByUser(entry) ? [i] : []));
  let left = count(tokens);
  let at = 0;
  const fits = begins.find((begin) => {
    for (; at < begin; at++) left -= count(entries[at]?.tokens ?? {});
    return left <= most;
  });
  const kept = entries.slice(fits ?? begins.at(-1) ?? 0);
  return { entries: kept, tokens: sum(kept.map((entry) => entry.tokens)) };
}

/** A function's response is not: its call would be cut off. */
function isSaidByUser({ content: { role, parts = [] } }: Entry): boolean {
  return role === "user" && parts.every((part) => part.functionResponse === undefined);
}

export function contentTokens(content: Content): Tokens {
  return sum((content.parts ?? []).map(partTokens));
}

/** What a text costs to read. */
export function written(text: string): Entry {
  return { content: { role: "user", parts: [{ text }] }, tokens: textTokens(text) };
}

function partTokens(part: Part): Tokens {
  if (part.text !== undefined) return textTokens(part.text);
  const mimeType = part.inlineData?.mimeType ?? part.fileData?.mimeType;
  if (mimeType === undefined) return textTokens(JSON.stringify(part));
  return mimeType.startsWith("image/") ? { IMAGE: FRAME_TOKENS } : { TEXT: 1 };
}
