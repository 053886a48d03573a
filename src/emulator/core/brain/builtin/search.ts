/** Looks things up in the local corpus, and reports it the way a grounded answer does. */
import type { GroundingMetadata, Part } from "@google/genai";
import type { Step } from "../../ports.ts";
import { CORPUS, type Page } from "../data/corpus.ts";
import { meaning } from "../tools/lexicon.ts";
import { plain } from "../words/plain.ts";
import { say, type Skill } from "../utterance.ts";

const EXPLICIT =
  /^(?:(?:please|can you|could you|hey|ok|okay|now|i want you to) )*(?:search|google|look up|browse|research|find out)\b(?: (?:the )?(?:web|internet|google|online))?(?: (?:for|about|on|if|whether))?\s*/;

const QUESTION =
  /^(?:(?:and|so|hey|hello|please|ok|can you tell me|do you know|tell me) )*(?:what|who|where|when|which|how|why|is|are|does|do|did|was|were|will)\b|\b(?:weather|news|score|forecast)\b|^(?:please )?tell me about\b/;

const words = (text: string): string[] => plain(text).toLowerCase().split(" ");

const INDEX = CORPUS.map((page) => ({
  page,
  title: new Set(meaning(words(page.title))),
  about: new Set(meaning(words(`${page.about} ${page.text}`))),
}));

/** A page must share a word of its title, or two others. */
const ENOUGH = 2;

export function lookUp(query: string): Page | undefined {
  const wanted = meaning(words(query));
  let best: { page: Page; score: number } | undefined;
  for (const { page, title, about } of INDEX) {
    const score = wanted.reduce(
      (sum, word) => sum + (title.has(word) ? 2 : about.has(word) ? 1 : 0),
      0,
    );
    if (score >= ENOUGH && score > (best?.score ?? 0)) best = { page, score };
  }
  return best?.page;
}

const bytes = (text: string): number => {
  let size = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return size;
};

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => `&#${mark.codePointAt(0) ?? 0};`);

/** @param spoken the whole answer; the segment's indices are bytes into it, as the API counts. */
export function grounding(query: string, found: Page, spoken: string): GroundingMetadata {
  const start = bytes(spoken.slice(0, Math.max(0, spoken.indexOf(found.text))));
  return {
    webSearchQueries: [query],
    searchEntryPoint: { renderedContent: `<div class="search">${escaped(query)}</div>` },
    groundingChunks: [{ web: { uri: found.uri, title: found.title } }],
    groundingSupports: [
      {
        segment: { startIndex: start, endIndex: start + bytes(found.text), text: found.text },
        groundingChunkIndices: [0],
      },
    ],
  };
}

/** Live sessions show a search as code that was run. */
function parts(query: string, output: string): Step[] {
  const code = `print(google_search.search(queries=[${JSON.stringify(query)}]))`;
  const run = { executableCode: { language: "PYTHON", code } } as Part;
  const result = { codeExecutionResult: { outcome: "OUTCOME_OK", output } } as Part;
  return [{ part: run }, { part: result }];
}

function answered(query: string): readonly Step[] {
  const found = lookUp(query);
  if (found === undefined) {
    return [
      ...parts(query, "no results\n"),
      ...say("My local corpus has nothing on that, and I do not search the real web."),
    ];
  }
  const spoken = `From my local corpus, not the real web: ${found.text}`;
  return [
    ...parts(query, `${found.title}: ${found.text}\n`),
    ...say(spoken),
    { grounding: { ...grounding(query, found, spoken) } },
  ];
}

const queryOf = (plain: string): string =>
  plain.replace(/^(?:(?:please|hey|can you|could you|do you know|tell me) )+/i, "").toLowerCase();

/** "search for …": asked in so many words. */
export const searchNow: Skill = ({ scene, text }) => {
  const lead = scene.tools.googleSearch ? EXPLICIT.exec(text)?.[0] : undefined;
  const query = lead === undefined ? "" : text.slice(lead.length);
  return query === "" ? undefined : answered(query);
};

/** Any question that no skill could answer. */
export const searchAtLast: Skill = ({ scene, text, plain }) =>
  scene.tools.googleSearch && QUESTION.test(text) ? answered(queryOf(plain)) : undefined;
