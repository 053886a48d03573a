/** The contents of a session so far, with their token counts. */
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
  /** The sum over all entries. */
  readonly tokens: TokenCounts;
}

export const emptyHistory: History = { entries: [], tokens: {} };

export function appendEntry({ entries, tokens }: History, entry: HistoryEntry): History {
  return { entries: [...entries, entry], tokens: sumTokens([tokens, entry.tokens]) };
}

export function contentsOf(history: History): Content[] {
  return history.entries.map((entry) => entry.content);
}

/**
 * The newest entries within `maxTokens`. The window always starts with user content and always keeps the last user
 * content. Live API: ContextWindowCompressionConfig.slidingWindow.
 */
export function slideWindow({ entries, tokens }: History, maxTokens: number): History {
  const starts = entries.flatMap((entry, i) => (isUserEntry(entry) ? [i] : []));
  let remaining = totalTokens(tokens);
  let index = 0;
  const start = starts.find((start) => {
    for (; index < start; index++) remaining -= totalTokens(entries[index]?.tokens ?? {});
    return remaining <= maxTokens;
  });
  const kept = entries.slice(start ?? starts.at(-1) ?? 0);
  return { entries: kept, tokens: sumTokens(kept.map((entry) => entry.tokens)) };
}

/** Function responses are excluded: the window would lose their calls. */
function isUserEntry({ content: { role, parts = [] } }: HistoryEntry): boolean {
  return role === "user" && parts.every((part) => part.functionResponse === undefined);
}

export function contentTokens(content: Content): TokenCounts {
  return sumTokens((content.parts ?? []).map(partTokens));
}

export function textEntry(text: string): HistoryEntry {
  return { content: { role: "user", parts: [{ text }] }, tokens: textTokens(text) };
}

function partTokens(part: Part): TokenCounts {
  if (part.text !== undefined) return textTokens(part.text);
  const mimeType = part.inlineData?.mimeType ?? part.fileData?.mimeType;
  if (mimeType === undefined) return textTokens(JSON.stringify(part));
  return mimeType.startsWith("image/") ? { IMAGE: FRAME_TOKENS } : { TEXT: 1 };
}
