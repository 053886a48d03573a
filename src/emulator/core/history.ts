/** What was said so far, and what it costs to keep in mind. */
import type { Content, Part } from "@google/genai";
import { FRAME_TOKENS, sum, textTokens, type Tokens } from "./usage.ts";

export interface Entry {
  readonly content: Content;
  readonly tokens: Tokens;
}

export interface Memory {
  readonly entries: readonly Entry[];
}

export const emptyMemory: Memory = { entries: [] };

export function remember(memory: Memory, entry: Entry): Memory {
  return { entries: [...memory.entries, entry] };
}

export function contents(memory: Memory): Content[] {
  return memory.entries.map((entry) => entry.content);
}

export function memoryTokens(memory: Memory): Tokens {
  return sum(memory.entries.map((entry) => entry.tokens));
}

export function contentTokens(content: Content): Tokens {
  return sum((content.parts ?? []).map(partTokens));
}

function partTokens(part: Part): Tokens {
  if (part.text !== undefined) return textTokens(part.text);
  const mimeType = part.inlineData?.mimeType ?? part.fileData?.mimeType;
  if (mimeType === undefined) return textTokens(JSON.stringify(part));
  return mimeType.startsWith("image/") ? { IMAGE: FRAME_TOKENS } : { TEXT: 1 };
}
