/** What was just said, in the shapes the skills look at, and what was said before it. */
import type { Content, Part } from "@google/genai";
import type { ReplyContext, Step } from "../ports.ts";
import { plain } from "./words/plain.ts";

export interface Utterance {
  readonly scene: ReplyContext;
  /** As the recogniser or the person wrote it. */
  readonly raw: string;
  /** Without punctuation, contractions written out, case kept. */
  readonly plain: string;
  /** The same in lower case. */
  readonly text: string;
  /** The words of `text`. */
  readonly words: readonly string[];
}

/** A skill answers what it understands and leaves the rest to the next. */
export type Skill = (
  said: Utterance,
) => readonly Step[] | Promise<readonly Step[] | undefined> | undefined;

export const say = (...sentences: readonly string[]): readonly Step[] =>
  sentences.map((sentence) => ({ say: sentence }));

/** One of several, by the session's dice. */
export function pick(scene: ReplyContext, choices: readonly string[]): string {
  return choices[Math.floor(scene.random() * choices.length)] ?? choices[0] ?? "";
}

const isThought = (part: Part): boolean => part.thought === true;

/** The words of one entry of the history; thoughts are not words said. */
export function wordsOf(content: Content): string {
  return (content.parts ?? [])
    .filter((part) => !isThought(part))
    .map((part) => part.text ?? "")
    .join("")
    .trim();
}

const isUser = (content: Content): boolean => content.role !== "model";

export const usersWords = (history: readonly Content[]): string[] =>
  history
    .filter(isUser)
    .map(wordsOf)
    .filter((words) => words !== "");

export const modelsWords = (history: readonly Content[]): string[] =>
  history
    .filter((content) => !isUser(content))
    .map(wordsOf)
    .filter((words) => words !== "");

/** What the user has sent since the model's last word: one turn may come as several entries. */
export function lastEntries(history: readonly Content[]): readonly Content[] {
  const lastModel = history.findLastIndex((content) => !isUser(content));
  return history.slice(lastModel + 1);
}

export function utteranceOf(scene: ReplyContext, raw: string): Utterance {
  const words = plain(raw);
  const text = words.toLowerCase();
  return { scene, raw, plain: words, text, words: text === "" ? [] : text.split(" ") };
}

/**
 * The newest words. Older ones that the model never answered were talked over, so they do not count;
 * a picture that came in an entry of its own does, and so do words that came before it.
 */
export function utterance(scene: ReplyContext): Utterance {
  const said = lastEntries(scene.history).map(wordsOf);
  return utteranceOf(scene, said.findLast((words) => words !== "") ?? "");
}

/** What the user said before the present turn, oldest first. */
export function earlier(scene: ReplyContext): string[] {
  const said = usersWords(scene.history);
  return lastEntries(scene.history).some((content) => wordsOf(content) !== "")
    ? said.slice(0, -1)
    : said;
}
