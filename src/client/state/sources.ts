/** What an answer rests on, beside the model's own words: pages, searches, code it ran. Shown beneath the answer. */
import type { Event } from "../../wire/adk.ts";

export type Source =
  /** `url` is http or https, and nothing else. */
  | { readonly kind: "page"; readonly title: string; readonly url: string }
  | { readonly kind: "search"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "output"; readonly text: string };

/** More than that is a wall, not a list. */
const most = 8;
/** In characters. */
const longest = 4000;

/** @returns none for an event that names none, whatever shape it has. */
export function readSources(event: Partial<Event>): readonly Source[] {
  return mergeSources(
    [],
    [
      ...listIn(event.groundingMetadata, "webSearchQueries").flatMap((text) =>
        written("search", text),
      ),
      ...listIn(event.groundingMetadata, "groundingChunks").flatMap(chunk),
      ...listIn(event.urlContextMetadata, "urlMetadata").flatMap(retrieved),
      ...(event.content?.parts ?? []).flatMap((part) => [
        ...written("code", part.executableCode?.code),
        ...written("output", part.codeExecutionResult?.output),
      ]),
    ],
  );
}

/** Each is named once, and not without end. */
export function mergeSources(old: readonly Source[], more: readonly Source[]): readonly Source[] {
  const all = new Map([...old, ...more].map((source) => [identity(source), source]));
  return [...all.values()].slice(0, most);
}

const identity = (source: Source): string =>
  source.kind === "page" ? source.url : `${source.kind} ${source.text}`;

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

function listIn(record: unknown, key: string): readonly unknown[] {
  const value = asRecord(record)[key];
  return Array.isArray(value) ? value : [];
}

/** A chunk is from the web, or from a place that was given to the model. */
function chunk(value: unknown): Source[] {
  const { web, retrievedContext, maps } = asRecord(value);
  const { uri, title } = asRecord(web ?? retrievedContext ?? maps);
  return page(uri, title);
}

function retrieved(value: unknown): Source[] {
  const { retrievedUrl, urlRetrievalStatus } = asRecord(value);
  const failed = typeof urlRetrievalStatus === "string" && !urlRetrievalStatus.endsWith("SUCCESS");
  return failed ? [] : page(retrievedUrl, undefined);
}

function page(uri: unknown, title: unknown): Source[] {
  const url = typeof uri === "string" && URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return [];
  const name = typeof title === "string" && title.trim() !== "" ? title.trim() : url.hostname;
  return [{ kind: "page", title: name.slice(0, 200), url: url.href }];
}

const written = (kind: "search" | "code" | "output", text: unknown): Source[] =>
  typeof text === "string" && text.trim() !== ""
    ? [{ kind, text: text.trim().slice(0, longest) }]
    : [];
