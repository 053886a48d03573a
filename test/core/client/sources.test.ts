import { describe, expect, test } from "vitest";
import { toConnectionEvents } from "../../../src/client/connection/connection-events.ts";
import {
  reduceCaptions,
  emptyCaptions,
  type Captions,
} from "../../../src/client/state/captions.ts";
import { readSources } from "../../../src/client/state/sources.ts";

const web = (uri: string, title = "") => ({ web: { uri, title } });

describe("[PAGE49] what an answer rests on is read from the event", () => {
  test("pages by title, else by host; searches; code and its output", () => {
    expect(
      readSources({
        groundingMetadata: {
          webSearchQueries: ["tallest mountain"],
          groundingChunks: [web("https://example.org/a", "A page"), web("https://example.org/b")],
        },
        urlContextMetadata: {
          urlMetadata: [
            {
              retrievedUrl: "http://example.net/",
              urlRetrievalStatus: "URL_RETRIEVAL_STATUS_SUCCESS",
            },
            {
              retrievedUrl: "http://example.com/",
              urlRetrievalStatus: "URL_RETRIEVAL_STATUS_ERROR",
            },
          ],
        },
        content: {
          role: "model",
          parts: [
            { executableCode: { code: "print(2)" } },
            { codeExecutionResult: { output: "2\n" } },
          ],
        },
      }),
    ).toEqual([
      { kind: "search", text: "tallest mountain" },
      { kind: "page", title: "A page", url: "https://example.org/a" },
      { kind: "page", title: "example.org", url: "https://example.org/b" },
      { kind: "page", title: "example.net", url: "http://example.net/" },
      { kind: "code", text: "print(2)" },
      { kind: "output", text: "2" },
    ]);
  });

  test("links of other kinds, and whatever has another shape, are left out", () => {
    for (const uri of ["javascript:alert(1)", "data:text/html,x", "not a link", "file:///etc"])
      expect(readSources({ groundingMetadata: { groundingChunks: [web(uri)] } })).toEqual([]);
    for (const groundingChunks of [7, null, [null], [{ web: 3 }], "x"])
      expect(readSources({ groundingMetadata: { groundingChunks } })).toEqual([]);
  });

  test("no page twice, and not more than eight", () => {
    const chunks = Array.from({ length: 30 }, (_, at) => web(`https://example.org/${at % 20}`));
    expect(readSources({ groundingMetadata: { groundingChunks: chunks } })).toHaveLength(8);
  });

  test("they stand with their answer, whether they come before its first word or after its last, and not with the one before", () => {
    const grounding = { groundingMetadata: { groundingChunks: [web("https://example.org/a")] } };
    const words = { outputTranscription: { text: "It is so.", finished: true } };
    const end = { turnComplete: true };
    const before = [
      { kind: "transcript", side: "agent", text: "Hello.", finished: true } as const,
      { kind: "turnComplete" } as const,
      { kind: "typed", text: "Is it?" } as const,
    ].reduce<Captions>(reduceCaptions, emptyCaptions);
    for (const events of [
      [grounding, words, end],
      [words, grounding, end],
      [grounding, words, grounding, end],
    ]) {
      const { list } = events
        .flatMap((event) => toConnectionEvents(event))
        .reduce(reduceCaptions, before);
      expect(list.map(({ side, text, sources = [] }) => [side, text, sources.length])).toEqual([
        ["agent", "Hello.", 0],
        ["user", "Is it?", 0],
        ["agent", "It is so.", 1],
      ]);
    }
  });
});
