/** The text in a client's input, which hooks check, the log records and the model answers. */
import type { Content } from "../wire/adk.ts";
import type { ModelInput } from "./client-request.ts";

interface TextTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

/** All words of a request, whatever part and role carries them, and history too: the model reads them. "" without any. */
export function wordsOf(request: ModelInput): string {
  if (request.type === "text") return request.text.trim() ? request.text : "";
  if (request.type !== "content") return "";
  const words = request.turns.map(({ parts = [] }) => parts.map(wordsOfPart).join(""));
  return words.filter((each) => each.trim()).join("\n");
}

/** The request with its words replaced by one text of the user, or as it is when the words are the same. */
export function withWords(request: ModelInput, text: string): ModelInput {
  if (request.type === "text") return { ...request, text };
  if (request.type !== "content" || text === wordsOf(request)) return request;
  const left = request.turns.map(withoutWords).filter(({ parts }) => parts?.length);
  return { ...request, turns: [...left, { role: "user", parts: [{ text }] }] };
}

/** Names, for the sender, the part of a request that no hook can read; undefined if it can read all. A picture is not read. */
export function unreadablePart(request: ModelInput): string | undefined {
  if (request.type !== "content") return undefined;
  const parts = request.turns.flatMap((turn) => turn.parts ?? []);
  const found = parts.find((part) => !isPicture(part) && (part.inlineData ?? part.fileData));
  if (!found) return undefined;
  const { inlineData, fileData } = found;
  return fileData ? "a file that is elsewhere (fileData)" : (inlineData?.mimeType ?? "data");
}

/**
 * Names the audio or video in a message, which has no limit of its own there; undefined if there is none. The service
 * decides what a file without a type is.
 */
export function recordingIn(request: ModelInput): string | undefined {
  if (request.type !== "content") return undefined;
  return mediaIn(request.turns)
    .map(typeOfMedia)
    .find((type) => /^(audio|video|a file)\b/i.test(type));
}

function typeOfMedia({ inlineData, fileData }: Part): string {
  if (!fileData) return inlineData?.mimeType ?? "";
  const { fileUri = "", mimeType } = fileData;
  if (videoHosts.test(URL.parse(fileUri)?.hostname ?? "")) return "video of YouTube";
  return mimeType || "a file without a mimeType";
}

const videoHosts = /(^|\.)(youtube\.com|youtube-nocookie\.com|youtu\.be)\.?$/;

/** The parts of contents that hold a picture, or name a file. */
export const mediaIn = (turns: readonly Content[]): readonly Part[] =>
  turns.flatMap(({ parts = [] }) => parts.filter(isFile));

/** The text of each turn, oldest first, with the participant who sent it and its id. */
export function textTurnsOf(request: ModelInput): readonly (TextTurn & {
  readonly id?: string | undefined;
  readonly from?: string | undefined;
})[] {
  if (request.type === "text") {
    const { text, id, from } = request;
    return text.trim() ? [{ role: "user", text, id, from }] : [];
  }
  if (request.type !== "content") return [];
  return textTurns(request.turns).map((each) => ({ ...each, from: request.from }));
}

/** Whether a request begins a turn. */
export const opensTurn = (request: ModelInput): boolean =>
  request.type === "text" ||
  request.type === "activityStart" ||
  (request.type === "content" && request.complete && !request.isHistory);

const textTurns = (turns: readonly Content[]): TextTurn[] =>
  turns.flatMap((turn) => {
    const text = (turn.parts ?? []).map((part) => part.text ?? "").join("");
    return text.trim() ? [{ role: isModelTurn(turn) ? "model" : "user", text }] : [];
  });

const isModelTurn = ({ role }: Content): boolean => role === "model";

type Part = NonNullable<Content["parts"]>[number];

/** Code and its output are the fields that `Part` does not declare. */
const wordsOfPart = (part: Part): string =>
  part.text ?? (isPicture(part) || isFile(part) ? "" : JSON.stringify(part));

const isPicture = ({ inlineData }: Part): boolean =>
  inlineData?.mimeType?.toLowerCase().startsWith("image/") === true;

const isFile = ({ inlineData, fileData }: Part): boolean => Boolean(inlineData ?? fileData);

const withoutWords = (turn: Content): Content => ({
  ...turn,
  parts: (turn.parts ?? []).filter((part) => isPicture(part)),
});
