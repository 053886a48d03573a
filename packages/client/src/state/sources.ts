/** The sources of an answer, apart from the model's own text: web pages, searches, and code with its output. */
import type { Event } from "../../../../src/wire/adk.ts";
import { cutText } from "../../../../src/wire/text.ts";
import { parseUrl } from "./parse-url.ts";

export type Source =
  /** `url` is always http or https. */
  | { readonly kind: "page"; readonly title: string; readonly url: string }
  | { readonly kind: "search"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "output"; readonly text: string };

const maxSources = 8;
const maxTextLength = 4000;
const maxTitleLength = 200;

/** @returns no sources for metadata of an unknown shape. */
export function readSources(event: Partial<Event>): readonly Source[] {
  return mergeSources(
    [],
    [
      ...listAt(event.groundingMetadata, "webSearchQueries").flatMap((text) =>
        textSource("search", text),
      ),
      ...listAt(event.groundingMetadata, "groundingChunks").flatMap(groundingChunk),
      ...listAt(event.urlContextMetadata, "urlMetadata").flatMap(retrievedUrl),
      ...(event.content?.parts ?? []).flatMap((part) => [
        ...textSource("code", part.executableCode?.code),
        ...textSource("output", part.codeExecutionResult?.output),
      ]),
    ],
  );
}

/** Appends the sources of `more` that are new, up to the limit. */
export function mergeSources(old: readonly Source[], more: readonly Source[]): readonly Source[] {
  const byKey = new Map([...old, ...more].map((source) => [keyOf(source), source]));
  return [...byKey.values()].slice(0, maxSources);
}

const keyOf = (source: Source): string =>
  source.kind === "page" ? source.url : `${source.kind} ${source.text}`;

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

function listAt(record: unknown, key: string): readonly unknown[] {
  const value = asRecord(record)[key];
  return Array.isArray(value) ? value : [];
}

/** A grounding chunk comes from the web, from a retrieval context or from Maps. */
function groundingChunk(value: unknown): Source[] {
  const { web, retrievedContext, maps } = asRecord(value);
  const { uri, title } = asRecord(web ?? retrievedContext ?? maps);
  return pageSource(uri, title);
}

function retrievedUrl(value: unknown): Source[] {
  const { retrievedUrl, urlRetrievalStatus } = asRecord(value);
  const failed = typeof urlRetrievalStatus === "string" && !urlRetrievalStatus.endsWith("SUCCESS");
  return failed ? [] : pageSource(retrievedUrl, undefined);
}

function pageSource(uri: unknown, title: unknown): Source[] {
  const url = typeof uri === "string" ? parseUrl(uri) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return [];
  const name = typeof title === "string" && title.trim() !== "" ? title.trim() : url.hostname;
  return [{ kind: "page", title: cutText(name, maxTitleLength), url: url.href }];
}

const textSource = (kind: "search" | "code" | "output", text: unknown): Source[] =>
  typeof text === "string" && text.trim() !== ""
    ? [{ kind, text: cutText(text.trim(), maxTextLength) }]
    : [];
