/** What was said so far, and what it costs to keep in mind. */
import type { Content, Part } from "@google/genai";
import {
  totalTokens,
  FRAME_TOKENS,
  sumTokens,
  textTokens,
  type TokenCounts,
} from "../protocol/token-usage.ts";

export interface HistoryEntry {
  readonly content: Content;
  readonly tokens: TokenCounts;
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Of all entries. */
  readonly tokens: TokenCounts;
}

export const emptyHistory: History = { entries: [], tokens: {} };

export function appendEntry({ entries, tokens }: History, entry: HistoryEntry): History {
  return { entries: [...entries, entry], tokens: sumTokens([tokens, entry.tokens]) };
}

export function contentsOf(memory: History): Content[] {
  return memory.entries.map((entry) => entry.content);
}

/**
 * The newest entries that cost no more than so many tokens; what is kept begins with something the user said. The last
 * that the user said is kept at any price. Live API: ContextWindowCompressionConfig.slidingWindow.
 */
export function slideWindow({ entries, tokens }: History, most: number): History {
  const begins = entries.flatMap((entry, i) => (isSaidByUser(entry) ? [i] : []));
  let left = totalTokens(tokens);
  let at = 0;
  const fits = begins.find((begin) => {
    for (; at < begin; at++) left -= totalTokens(entries[at]?.tokens ?? {});
    return left <= most;
  });
  const kept = entries.slice(fits ?? begins.at(-1) ?? 0);
  return { entries: kept, tokens: sumTokens(kept.map((entry) => entry.tokens)) };
}

/** A function's response is not: its call would be cut off. */
function isSaidByUser({ content: { role, parts = [] } }: HistoryEntry): boolean {
  return role === "user" && parts.every((part) => part.functionResponse === undefined);
}

export function contentTokens(content: Content): TokenCounts {
  return sumTokens((content.parts ?? []).map(partTokens));
}

/** What a text costs to read. */
export function textEntry(text: string): HistoryEntry {
  return { content: { role: "user", parts: [{ text }] }, tokens: textTokens(text) };
}

function partTokens(part: Part): TokenCounts {
  if (part.text !== undefined) return textTokens(part.text);
  const mimeType = part.inlineData?.mimeType ?? part.fileData?.mimeType;
  if (mimeType === undefined) return textTokens(JSON.stringify(part));
  return mimeType.startsWith("image/") ? { IMAGE: FRAME_TOKENS } : { TEXT: 1 };
}
