/** Counts tokens by modality. Live API: UsageMetadata. */
import type { Surface } from "../schema/fields.ts";
import type { TokenCount, UsageMetadata } from "./messages.ts";

export type Modality = "TEXT" | "AUDIO" | "VIDEO" | "IMAGE";

export type TokenCounts = Readonly<Partial<Record<Modality, number>>>;

/** Documented: audio costs 25 tokens a second, a video frame 258. */
const AUDIO_TOKENS_PER_MS = 25 / 1000;
export const FRAME_TOKENS = 258;
/** A common estimate for English. */
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

/** The output tokens of a turn. */
export interface TurnUsage {
  readonly response: TokenCounts;
  /** Thought tokens, whether or not the client receives the thoughts. */
  readonly thoughts: number;
}

/**
 * @param prompt tokens of the whole context that the model read.
 * @param usage the turn's output.
 * @param unlisted tokens of the prompt that no modality lists.
 */
export function toUsageMetadata(
  prompt: TokenCounts,
  { response, thoughts }: TurnUsage,
  surface: Surface,
  unlisted: number,
): UsageMetadata {
  const promptTokenCount = totalTokens(prompt) + unlisted;
  const responseCount = totalTokens(response);
  const totalTokenCount = promptTokenCount + responseCount + thoughts;
  const thoughtsField = thoughts === 0 ? {} : { thoughtsTokenCount: thoughts };
  const promptTokensDetails = details(prompt);
  if (surface === "vertex") {
    return {
      promptTokenCount,
      candidatesTokenCount: responseCount,
      ...thoughtsField,
      totalTokenCount,
      promptTokensDetails,
      candidatesTokensDetails: details(response),
    };
  }
  return {
    promptTokenCount,
    responseTokenCount: responseCount,
    ...thoughtsField,
    totalTokenCount,
    promptTokensDetails,
    responseTokensDetails: details(response),
  };
}
