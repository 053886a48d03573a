/** Mutations of what reaches the model as words. */
import type { Mutation } from "./mutation.ts";
import { frames } from "./frames.ts";
import { guardedWords } from "./guarded-words.ts";
import { toldTexts } from "./told-texts.ts";

export const words: readonly Mutation[] = [...guardedWords, ...frames, ...toldTexts];
