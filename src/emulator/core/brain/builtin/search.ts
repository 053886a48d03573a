/** Emulates Google Search: finds a page in the local corpus and grounds the answer. */
import type { GroundingMetadata, Part } from "@google/genai";
import type { Step } from "../../ports.ts";
import { encodeUtf8 } from "../../protocol/utf8.ts";
import { CORPUS, type Page } from "../data/corpus.ts";
import { meaning } from "../tools/lexicon.ts";
import { wordsIn } from "../words/plain.ts";
import { say, type Skill } from "../utterance.ts";

const EXPLICIT =
  /^(?:(?:please|can you|could you|hey|ok|okay|now|i want you to) )*(?:search|google|look up|browse|research|find out)\b(?: (?:the )?(?:web|internet|google|online))?(?: (?:for|about|on|if|whether))?\s*/;

const QUESTION =
  /^(?:(?:and|so|hey|hello|please|ok|can you tell me|do you know|tell me) )*(?:what|who|where|when|which|how|why|is|are|does|do|did|was|were|will)\b|\b(?:weather|news|score|forecast)\b|^(?:please )?tell me about\b/;

const INDEX = CORPUS.map((page) => ({
  page,
  title: meaning(wordsIn(page.title)),
  about: meaning(wordsIn(`${page.about} ${page.text}`)),
}));

/** One word of the title, or two others. */
const ENOUGH = 2;

export function lookUp(query: string): Page | undefined {
  const wanted = meaning(wordsIn(query));
  const scored = INDEX.map(({ page, title, about }) => {
    const points = wanted.map((word) => (title.includes(word) ? 2 : about.includes(word) ? 1 : 0));
    return { page, score: points.reduce<number>((sum, point) => sum + point, 0) };
  });
  const [best] = scored.sort((a, b) => b.score - a.score);
  return best !== undefined && best.score >= ENOUGH ? best.page : undefined;
}

const utf8Length = (text: string): number => encodeUtf8(text).length;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => `&#${mark.codePointAt(0) ?? 0};`);

/** @param spoken the whole answer. The API counts a segment's indices in its bytes. */
export function grounding(query: string, { uri, title, text }: Page, spoken: string): Step {
  const startIndex = utf8Length(spoken.slice(0, Math.max(0, spoken.indexOf(text))));
  const segment = { startIndex, endIndex: startIndex + utf8Length(text), text };
  const metadata: GroundingMetadata = {
    webSearchQueries: [query],
    searchEntryPoint: { renderedContent: `<div class="search">${escaped(query)}</div>` },
    groundingChunks: [{ web: { uri, title } }],
    groundingSupports: [{ segment, groundingChunkIndices: [0] }],
  };
  return { grounding: { ...metadata } };
}

/** A Live session shows a search as code that was run. */
function answer(query: string): readonly Step[] {
  const found = lookUp(query);
  const code = `print(google_search.search(queries=[${JSON.stringify(query)}]))`;
  const output = found === undefined ? "no results\n" : `${found.title}: ${found.text}\n`;
  const parts = [
    { executableCode: { language: "PYTHON", code } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output } },
  ].map((part) => ({ part: part as Part }));
  if (found === undefined)
    return [
      ...parts,
      ...say("My local corpus has nothing on that, and I do not search the real web."),
    ];
  const spoken = `From my local corpus, not the real web: ${found.text}`;
  return [...parts, ...say(spoken), grounding(query, found, spoken)];
}

/** An explicit search: "search for …". */
export const searchNow: Skill = ({ context, text }) => {
  const prefix = context.tools.googleSearch ? EXPLICIT.exec(text)?.[0] : undefined;
  const query = text.slice(prefix?.length ?? text.length);
  return query === "" ? undefined : answer(query);
};

/** A question that no skill could answer. */
export const searchAtLast: Skill = ({ context, text }) =>
  context.tools.googleSearch && QUESTION.test(text)
    ? answer(text.replace(/^(?:(?:please|hey|can you|could you|do you know|tell me) )+/, ""))
    : undefined;
