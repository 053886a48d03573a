import { describe, expect, it } from "vitest";
import {
  finalizeTranscripts,
  noPartialTranscripts,
  translate,
  type TranslationContext,
} from "../../src/core/adk/live-to-adk.ts";
import type { EventBody } from "../../src/wire/adk.ts";
import type { ServerContent, ServerMessage } from "../../src/wire/live-api.ts";

const speakers: TranslationContext = {
  agent: "ada",
  model: "gemini-3.8-live",
  inputTranscript: "final",
  longRunning: [],
};

function events(messages: readonly ServerMessage[], who = speakers): EventBody[] {
  let unfinished = noPartialTranscripts;
  return messages.flatMap((message) => {
    const [left, bodies] = translate(unfinished, message, who);
    unfinished = left;
    return bodies;
  });
}

const content = (serverContent: ServerContent): ServerMessage => ({ serverContent });

describe("[EVENT1] transcripts are deltas, then one final with the whole text", () => {
  it("of the agent: the final comes with generationComplete", () => {
    expect(
      events([
        content({ outputTranscription: { text: "It is " } }),
        content({ outputTranscription: { text: "noon." } }),
        content({ generationComplete: true }),
        content({ turnComplete: true }),
      ]),
    ).toEqual([
      { author: "ada", partial: true, outputTranscription: { text: "It is ", finished: false } },
      { author: "ada", partial: true, outputTranscription: { text: "noon.", finished: false } },
      {
        author: "ada",
        partial: false,
        outputTranscription: { text: "It is noon.", finished: true },
      },
      { author: "ada", turnComplete: true },
    ]);
  });

  it("of the user: whole at once where the model sends it so", () => {
    expect(events([content({ inputTranscription: { text: "What time is it?" } })])).toEqual([
      {
        author: "user",
        partial: false,
        inputTranscription: { text: "What time is it?", finished: true },
      },
    ]);
  });

  it("of the user: in pieces, then whole, where the model sends pieces", () => {
    const pieces = { ...speakers, inputTranscript: "deltas" } as const;
    const got = events(
      [
        content({ inputTranscription: { text: "What " } }),
        content({ inputTranscription: { text: "time?" } }),
        content({ turnComplete: true }),
      ],
      pieces,
    );
    expect(got.map((each) => each.inputTranscription)).toEqual([
      { text: "What ", finished: false },
      { text: "time?", finished: false },
      { text: "What time?", finished: true },
      undefined,
    ]);
  });

  it("a final that the service marks itself is not said twice", () => {
    const got = events([
      content({ outputTranscription: { text: "Yes.", finished: true } }),
      content({ turnComplete: true }),
    ]);
    expect(got.filter((each) => each.outputTranscription?.finished)).toHaveLength(1);
  });

  it("empty transcripts give no event", () => {
    expect(
      events([content({ outputTranscription: {} }), content({ inputTranscription: { text: "" } })]),
    ).toEqual([]);
  });
});

describe("[EVENT2] an interruption closes the transcript first", () => {
  it("final, interrupted, then turn complete", () => {
    expect(
      events([
        content({ outputTranscription: { text: "Once upon" } }),
        content({ interrupted: true }),
        content({ turnComplete: true }),
      ]).slice(1),
    ).toEqual([
      { author: "ada", partial: false, outputTranscription: { text: "Once upon", finished: true } },
      { author: "ada", interrupted: true },
      { author: "ada", turnComplete: true },
    ]);
  });
});

describe("[EVENT3] one message is a bag: every field of it is told, in ADK's order", () => {
  it("usage, grounding, content, transcripts, finals, turn complete, voice activity", () => {
    const got = events([
      {
        voiceActivity: { type: "ACTIVITY_END" },
        usageMetadata: { promptTokenCount: 1, responseTokenCount: 2, totalTokenCount: 3 },
        serverContent: {
          turnComplete: true,
          outputTranscription: { text: "b" },
          inputTranscription: { text: "a" },
          modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm", data: "+/8=" } }] },
          groundingMetadata: { webSearchQueries: ["q"] },
          urlContextMetadata: { urlMetadata: [] },
        },
      },
    ]);
    expect(
      got.map(
        (each) =>
          Object.keys(each).filter(
            (key) => !["author", "partial", "modelVersion"].includes(key),
          )[0],
      ),
    ).toEqual([
      "usageMetadata",
      "groundingMetadata",
      "urlContextMetadata",
      "content",
      "inputTranscription",
      "outputTranscription",
      "outputTranscription",
      "turnComplete",
      "voiceActivity",
    ]);
  });

  it("audio is URL-safe base64 with its rate, and a bundled message keeps all its parts", () => {
    const [event] = events([
      content({
        modelTurn: {
          parts: [
            { inlineData: { mimeType: "audio/pcm", data: "+/8=" } },
            { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } },
          ],
        },
      }),
    ]);
    expect(event).toEqual({
      author: "ada",
      modelVersion: "gemini-3.8-live",
      content: {
        role: "model",
        parts: [
          { inlineData: { mimeType: "audio/pcm;rate=24000", data: "-_8=" } },
          { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } },
        ],
      },
    });
  });

  it("the service's response tokens are ADK's candidates", () => {
    const [event] = events([{ usageMetadata: { promptTokenCount: 5, responseTokenCount: 7 } }]);
    expect(event?.usageMetadata).toEqual({ promptTokenCount: 5, candidatesTokenCount: 7 });
  });
});

describe("[EVENT6] what the model brings itself passes as it is", () => {
  it("code, its output and a thought, each in the order it came; only text is a delta", () => {
    const parts = [
      { executableCode: { code: "print(6 * 7)" } },
      { codeExecutionResult: { output: "42" } },
    ];
    const thought = { text: "They want a product.", thought: true };
    const got = events([
      content({ modelTurn: { parts } }),
      content({ modelTurn: { parts: [thought] } }),
    ]);
    expect(got.map(({ content, partial }) => [content?.parts, partial])).toEqual([
      [parts, undefined],
      [[thought], true],
    ]);
  });

  it("grounding alone is an event, empty grounding is none, nor is a transcript without text", () => {
    expect(events([content({ groundingMetadata: { webSearchQueries: ["q"] } })])).toEqual([
      { author: "ada", groundingMetadata: { webSearchQueries: ["q"] } },
    ]);
    expect(events([content({ groundingMetadata: {}, outputTranscription: {} })])).toEqual([]);
    expect(events([content({ modelTurn: { parts: [] } })])).toEqual([]);
  });

  it("why a turn was over is told with its end", () => {
    const [event] = events([content({ turnComplete: true, turnCompleteReason: "SAFETY" })]);
    expect(event).toMatchObject({ turnComplete: true, turnCompleteReason: "SAFETY" });
  });
});

describe("[EVENT4] what is the server's own business never reaches a client", () => {
  it("neither the resumption handle nor goAway", () => {
    expect(
      events([
        { sessionResumptionUpdate: { newHandle: "secret", resumable: true } },
        { goAway: { timeLeft: "5s" } },
        { setupComplete: {} },
      ]),
    ).toEqual([]);
  });
});

describe("[EVENT5] a broken link leaves no transcript open", () => {
  it("finish gives the finals of both sides, once", () => {
    const [left, finals] = finalizeTranscripts({ input: "hi", output: "hel" }, speakers);
    expect(finals.map((each) => each.author)).toEqual(["user", "ada"]);
    expect(finalizeTranscripts(left, speakers)[1]).toEqual([]);
  });
});
