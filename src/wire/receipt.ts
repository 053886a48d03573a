/**
 * Receipts of the model's service (`usageMetadata`): which tokens one counts, and what they cost. For both ends: the relay
 * keeps budgets, and the page shows the sum.
 *
 *     receipt ─► less what an earlier receipt of the turn has counted ─► × prices
 */

/** USD for one token. Thoughts and transcripts are billed as text output. */
export interface TokenPrices {
  readonly textIn: number;
  readonly audioIn: number;
  /** Of pictures and camera frames. */
  readonly imageIn: number;
  readonly textOut: number;
  readonly audioOut: number;
}

/** The tokens that a receipt counts. Of the modalities of each direction; `other` has none that is known. */
export interface TokenCounts {
  readonly textIn: number;
  readonly audioIn: number;
  readonly imageIn: number;
  readonly otherIn: number;
  readonly textOut: number;
  readonly audioOut: number;
  readonly otherOut: number;
  /** In no field of the receipt but its total. */
  readonly other: number;
}

export const noTokens: TokenCounts = {
  textIn: 0,
  audioIn: 0,
  imageIn: 0,
  otherIn: 0,
  textOut: 0,
  audioOut: 0,
  otherOut: 0,
  other: 0,
};

/**
 * Reads a receipt. Its prompt is the whole context of the turn, which the service bills again each turn. Cached tokens are
 * part of it: Google publishes no lower price for Live models. Lists that do not add up leave a rest, which counts as well.
 * A count that is no positive number is none.
 * @param receipt of the Live API or of an ADK event, not validated.
 */
export function readReceipt(receipt: object): TokenCounts {
  const fields: ReceiptFields = receipt;
  const prompt = listed(fields.promptTokensDetails);
  const toolPrompt = listed(fields.toolUsePromptTokensDetails);
  // Vertex calls the response "candidates".
  const response = listed(fields.responseTokensDetails ?? fields.candidatesTokensDetails);
  const promptCount = Math.max(count(fields.promptTokenCount), prompt.all);
  const toolCount = Math.max(count(fields.toolUsePromptTokenCount), toolPrompt.all);
  const responseField = fields.responseTokenCount ?? fields.candidatesTokenCount;
  const responseCount = Math.max(count(responseField), response.all);
  const thoughts = count(fields.thoughtsTokenCount);
  const explained = promptCount + toolCount + responseCount + thoughts;
  const input = (modality: keyof Modalities): number => prompt[modality] + toolPrompt[modality];
  return {
    textIn: input("text"),
    audioIn: input("audio"),
    imageIn: input("image"),
    otherIn: promptCount + toolCount - input("text") - input("audio") - input("image"),
    textOut: response.text + thoughts,
    audioOut: response.audio,
    otherOut: responseCount - response.text - response.audio,
    other: Math.max(0, count(fields.totalTokenCount) - explained),
  };
}

/**
 * The amount that a receipt adds to the one before it in the same turn. The service may send a receipt again as the answer grows: its
 * input is then the same, and its output not smaller. Any other is a receipt of its own, such as after a tool call.
 */
export function newTokens(counts: TokenCounts, before: TokenCounts | undefined): TokenCounts {
  if (!before || !refines(counts, before)) return counts;
  return {
    textIn: 0,
    audioIn: 0,
    imageIn: 0,
    otherIn: 0,
    textOut: counts.textOut - before.textOut,
    audioOut: counts.audioOut - before.audioOut,
    otherOut: counts.otherOut - before.otherOut,
    other: counts.other - before.other,
  };
}

const refines = (counts: TokenCounts, before: TokenCounts): boolean =>
  inputs.every((name) => counts[name] === before[name]) &&
  outputs.every((name) => counts[name] >= before[name]);

const inputs = ["textIn", "audioIn", "imageIn", "otherIn"] as const;
const outputs = ["textOut", "audioOut", "otherOut", "other"] as const;

/** Tokens whose kind is not known cost the dearest of their direction; of no direction, the dearest of all. @returns USD. */
export function priceOf(counts: TokenCounts, prices: TokenPrices): number {
  const dearestIn = Math.max(prices.textIn, prices.audioIn, prices.imageIn);
  const dearestOut = Math.max(prices.textOut, prices.audioOut);
  return (
    counts.textIn * prices.textIn +
    counts.audioIn * prices.audioIn +
    counts.imageIn * prices.imageIn +
    counts.otherIn * dearestIn +
    counts.textOut * prices.textOut +
    counts.audioOut * prices.audioOut +
    counts.otherOut * dearestOut +
    counts.other * Math.max(dearestIn, dearestOut)
  );
}

export const sumOf = (counts: TokenCounts): number =>
  [...inputs, ...outputs].reduce((sum, name) => sum + counts[name], 0);

/** The service's JSON, which is not validated. */
interface ReceiptFields {
  readonly promptTokenCount?: unknown;
  readonly promptTokensDetails?: unknown;
  readonly toolUsePromptTokenCount?: unknown;
  readonly toolUsePromptTokensDetails?: unknown;
  readonly responseTokenCount?: unknown;
  readonly responseTokensDetails?: unknown;
  readonly candidatesTokenCount?: unknown;
  readonly candidatesTokensDetails?: unknown;
  readonly thoughtsTokenCount?: unknown;
  readonly totalTokenCount?: unknown;
}

interface Modalities {
  readonly text: number;
  readonly audio: number;
  readonly image: number;
  readonly all: number;
}

const modalities: Readonly<Record<string, "text" | "audio" | "image">> = {
  TEXT: "text",
  DOCUMENT: "text",
  AUDIO: "audio",
  IMAGE: "image",
  VIDEO: "image",
};

function listed(details: unknown): Modalities {
  const sums = { text: 0, audio: 0, image: 0, all: 0 };
  for (const entry of Array.isArray(details) ? (details as unknown[]) : []) {
    const { modality, tokenCount } = Object(entry) as { modality?: unknown; tokenCount?: unknown };
    const name = typeof modality === "string" && Object.hasOwn(modalities, modality) && modality;
    const kind = name === false ? undefined : modalities[name];
    if (kind) sums[kind] += count(tokenCount);
    sums.all += count(tokenCount);
  }
  return sums;
}

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
