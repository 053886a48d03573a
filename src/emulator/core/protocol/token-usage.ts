/** What a turn costs, in tokens, by modality. Live API: UsageMetadata. */
import type { Surface } from "../schema/fields.ts";
import type { TokenCount, UsageMetadata } from "./messages.ts";

export type Modality = "TEXT" | "AUDIO" | "VIDEO" | "IMAGE";

export type TokenCounts = Readonly<Partial<Record<Modality, number>>>;

/** Documented: audio costs 25 tokens a second, a video frame 258. */
const AUDIO_TOKENS_PER_MS = 25 / 1000;
export const FRAME_TOKENS = 258;
/** A common estimate for English: about four characters to a token. */
const CHARACTERS_PER_TOKEN = 4;

export function textTokens(text: string): TokenCounts {
  return text === "" ? {} : { TEXT: Math.ceil(text.length / CHARACTERS_PER_TOKEN) };
}

export function audioTokens(ms: number): TokenCounts {
  return ms <= 0 ? {} : { AUDIO: Math.ceil(ms * AUDIO_TOKENS_PER_MS) };
}

export function sumTokens(parts: readonly TokenCounts[]): TokenCounts {
  const total: Partial<Record<Modality, number>> = {};
  for (const part of parts) {
    for (const modality of MODALITIES) {
      const count = part[modality] ?? 0;
      if (count > 0) total[modality] = (total[modality] ?? 0) + count;
    }
  }
  return total;
}

const MODALITIES: readonly Modality[] = ["TEXT", "AUDIO", "VIDEO", "IMAGE"];

export function totalTokens(tokens: TokenCounts): number {
  return MODALITIES.reduce((total, modality) => total + (tokens[modality] ?? 0), 0);
}

function details(tokens: TokenCounts): TokenCount[] {
  return MODALITIES.flatMap((modality) => {
    const tokenCount = tokens[modality] ?? 0;
    return tokenCount === 0 ? [] : [{ modality, tokenCount }];
  });
}

/** What a turn came to. */
export interface TurnUsage {
  readonly response: TokenCounts;
  /** Thoughts, told or not. */
  readonly thoughts: number;
}

/** @param prompt the whole context the model read. @param spent what it said and thought in this turn. */
export function toUsageMetadata(
  prompt: TokenCounts,
  { response, thoughts }: TurnUsage,
  surface: Surface,
): UsageMetadata {
  const promptTokenCount = totalTokens(prompt);
  const responded = totalTokens(response);
  const totalTokenCount = promptTokenCount + responded + thoughts;
  const thought = thoughts === 0 ? {} : { thoughtsTokenCount: thoughts };
  const promptTokensDetails = details(prompt);
  if (surface === "vertex") {
    return {
      promptTokenCount,
      candidatesTokenCount: responded,
      ...thought,
      totalTokenCount,
      promptTokensDetails,
      candidatesTokensDetails: details(response),
    };
  }
  return {
    promptTokenCount,
    responseTokenCount: responded,
    ...thought,
    totalTokenCount,
    promptTokensDetails,
    responseTokensDetails: details(response),
  };
}
