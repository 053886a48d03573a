/** The user's newest text in the forms that the skills match, and helpers for the text in the history. */
import type { Content, Part } from "@google/genai";
import type { ReplyContext, Step } from "../ports.ts";
import { plain, wordsIn } from "./words/plain.ts";

export interface Utterance {
  readonly context: ReplyContext;
  /** As transcribed or typed. */
  readonly raw: string;
  /** Without punctuation, contractions written out, case kept. */
  readonly plain: string;
  /** `plain` in lower case. */
  readonly text: string;
  /** The words of `text`. */
  readonly words: readonly string[];
}

/** Answers an utterance that it understands; undefined leaves it to the next skill. */
export type Skill = (
  utterance: Utterance,
) => readonly Step[] | Promise<readonly Step[] | undefined> | undefined;

export const say = (...sentences: readonly string[]): readonly Step[] =>
  sentences.map((sentence) => ({ say: sentence }));

/** One of the choices at random. */
export const pick = (context: ReplyContext, choices: readonly string[]): string =>
  choices[Math.floor(context.random() * choices.length)] ?? choices[0] ?? "";

/** The text of parts, without thoughts. */
export const textOf = (parts: readonly Part[] = []): string =>
  parts
    .filter(({ thought }) => thought !== true)
    .map(({ text = "" }) => text)
    .join("");

/** ADK tells an agent so, as the user's text, what another agent did: nothing of it was said to this one. */
const OTHERS = /^For context:/;
const QUOTED = /^\[[^\]]+\] (?:said:|`?\w+`? tool returned|called tool)/;

const isContext = (parts: readonly Part[]): boolean =>
  OTHERS.test(parts[0]?.text ?? "") && QUOTED.test(parts[1]?.text ?? "");

/**
 * "" for a text that says nothing: ADK sends "." so that the model answers its history, and others ask in brackets for an
 * answer that did not come or broke off.
 */
export function contentText({ parts = [] }: Content): string {
  const text = isContext(parts) ? "" : textOf(parts).trim();
  return wordsIn(text).length > 0 && !asksAgain.test(text) ? text : "";
}

const asksAgain = /^\[[^\]]*\b(?:no answer|not answered|broke off)\b[^\]]*\]$/i;

const isModel = ({ role }: Content): boolean => role === "model";

const texts = (contents: readonly Content[]): string[] =>
  contents.map(contentText).filter((text) => text !== "");

export const userTexts = (history: readonly Content[]): string[] =>
  texts(history.filter((content) => !isModel(content)));

export const modelTexts = (history: readonly Content[]): string[] => texts(history.filter(isModel));

/** One of the texts at random that the model has not begun to say, if there is one. */
export function pickNew(context: ReplyContext, choices: readonly string[]): string {
  const spoken = modelTexts(context.history).join(" ");
  const fresh = choices.filter((text) => !spoken.includes(/^[^.!?]*/.exec(text)?.[0] ?? text));
  return pick(context, fresh.length > 0 ? fresh : choices);
}

/** The user's entries since the model's last one: a turn may consist of several. */
export const lastEntries = (history: readonly Content[]): readonly Content[] =>
  history.slice(history.findLastIndex(isModel) + 1);

/** An earlier text that the model has not answered was interrupted: only the newest counts. */
export function utterance(context: ReplyContext): Utterance {
  const raw = texts(lastEntries(context.history)).at(-1) ?? "";
  const words = plain(raw);
  const text = words.toLowerCase();
  return { context, raw, plain: words, text, words: text === "" ? [] : text.split(" ") };
}

/** The user's texts before the present turn, oldest first. */
export const earlierTexts = ({ history }: ReplyContext): string[] => {
  const all = userTexts(history);
  return texts(lastEntries(history)).length === 0 ? all : all.slice(0, -1);
};
