import { describe, expect, test } from "vitest";
import { toConnectionEvents } from "../../../packages/client/src/connection/connection-events.ts";
import {
  reduceCaptions,
  emptyCaptions,
  type Captions,
} from "../../../packages/client/src/state/captions.ts";
import { readSources } from "../../../packages/client/src/state/sources.ts";

const web = (uri: string, title = "") => ({ web: { uri, title } });

describe("[PAGE49] the sources of an answer are read from its events", () => {
  test("pages have a title or their host; searches, code and output have text", () => {
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

  test("URLs other than http and https, and unknown shapes, are dropped", () => {
    for (const uri of ["javascript:alert(1)", "data:text/html,x", "not a link", "file:///etc"])
      expect(readSources({ groundingMetadata: { groundingChunks: [web(uri)] } })).toEqual([]);
    for (const groundingChunks of [7, null, [null], [{ web: 3 }], "x"])
      expect(readSources({ groundingMetadata: { groundingChunks } })).toEqual([]);
  });

  test("sources are unique, and at most eight", () => {
    const chunks = Array.from({ length: 30 }, (_, at) => web(`https://example.org/${at % 20}`));
    expect(readSources({ groundingMetadata: { groundingChunks: chunks } })).toHaveLength(8);
  });

  test("sources belong to the answer of their turn, whether they arrive before or after its text", () => {
    const grounding = { groundingMetadata: { groundingChunks: [web("https://example.org/a")] } };
    const transcript = { outputTranscription: { text: "It is so.", finished: true } };
    const end = { turnComplete: true };
    const before = [
      { kind: "transcript", side: "agent", text: "Hello.", finished: true } as const,
      { kind: "turnComplete" } as const,
      { kind: "typed", text: "Is it?" } as const,
    ].reduce<Captions>(reduceCaptions, emptyCaptions);
    for (const events of [
      [grounding, transcript, end],
      [transcript, grounding, end],
      [grounding, transcript, grounding, end],
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
