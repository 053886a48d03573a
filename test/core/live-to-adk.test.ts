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
  idle: "turnComplete",
};

function events(messages: readonly ServerMessage[], context = speakers): EventBody[] {
  let unfinished = noPartialTranscripts;
  return messages.flatMap((message) => {
    const [left, bodies] = translate(unfinished, message, context);
    unfinished = left;
    return bodies;
  });
}

const content = (serverContent: ServerContent): ServerMessage => ({ serverContent });

describe("[EVENT1] The relay must publish transcripts as deltas (`partial`, `finished: false`), then one final with the whole text", () => {
  it("finalizes the agent's with generationComplete", () => {
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

  it("publishes the user's whole where the model sends it whole", () => {
    expect(events([content({ inputTranscription: { text: "What time is it?" } })])).toEqual([
      {
        author: "user",
        partial: false,
        inputTranscription: { text: "What time is it?", finished: true },
      },
    ]);
  });

  it("publishes the user's in deltas and then whole where the model sends deltas", () => {
    const deltas = { ...speakers, inputTranscript: "deltas" } as const;
    const got = events(
      [
        content({ inputTranscription: { text: "What " } }),
        content({ inputTranscription: { text: "time?" } }),
        content({ turnComplete: true }),
      ],
      deltas,
    );
    expect(got.map((each) => each.inputTranscription)).toEqual([
      { text: "What ", finished: false },
      { text: "time?", finished: false },
      { text: "What time?", finished: true },
      undefined,
    ]);
  });

  it("publishes a final that the service marks itself once", () => {
    const got = events([
      content({ outputTranscription: { text: "Yes.", finished: true } }),
      content({ turnComplete: true }),
    ]);
    expect(got.filter((each) => each.outputTranscription?.finished)).toHaveLength(1);
  });

  it("yields no event for an empty transcript", () => {
    expect(
      events([content({ outputTranscription: {} }), content({ inputTranscription: { text: "" } })]),
    ).toEqual([]);
  });
});

describe("[EVENT7] `turnComplete` must carry the model's interaction status", () => {
  it.each(["IN_PROGRESS", "IDLE"])("%s", (interactionStatus) => {
    const message = content({ turnComplete: true, interactionStatus });
    const thinking = { ...speakers, idle: "interactionStatus" } as const;
    expect(events([message], thinking)).toEqual([
      { author: "ada", turnComplete: true, interactionStatus },
    ]);
    expect(events([message])).toEqual([{ author: "ada", turnComplete: true }]);
  });
});

describe("[EVENT10] Voice activity must carry its offset", () => {
  it.each([{}, { audioOffset: "2.840s" }])("%j", (offset) => {
    const message = { voiceActivity: { type: "ACTIVITY_END", ...offset } };
    expect(events([message])).toEqual([
      { author: "ada", voiceActivity: { voiceActivityType: "ACTIVITY_END", ...offset } },
    ]);
  });
});

describe("[EVENT2] An interruption must first close the transcript, then publish `interrupted`", () => {
  it("publishes final, interrupted, then turnComplete", () => {
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

describe("[EVENT3] The relay must publish every field of a server message, in ADK's order", () => {
  it("publishes usage, grounding, content, transcripts, finals, turnComplete, voice activity", () => {
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

  it("writes audio as URL-safe base64 with its rate, and keeps all parts of a message", () => {
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

  it("renames response tokens to ADK's candidates", () => {
    const [event] = events([{ usageMetadata: { promptTokenCount: 5, responseTokenCount: 7 } }]);
    expect(event?.usageMetadata).toEqual({ promptTokenCount: 5, candidatesTokenCount: 7 });
  });
});

describe("[EVENT6] The relay must pass on the model's built-in results unchanged", () => {
  it("keeps code, its output and thoughts in order; only text is a delta", () => {
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

  it("yields an event for grounding alone, and none for empty grounding or an empty transcript", () => {
    expect(events([content({ groundingMetadata: { webSearchQueries: ["q"] } })])).toEqual([
      { author: "ada", groundingMetadata: { webSearchQueries: ["q"] } },
    ]);
    expect(events([content({ groundingMetadata: {}, outputTranscription: {} })])).toEqual([]);
    expect(events([content({ modelTurn: { parts: [] } })])).toEqual([]);
  });

  it("publishes why a turn ended with its end", () => {
    const [event] = events([content({ turnComplete: true, turnCompleteReason: "SAFETY" })]);
    expect(event).toMatchObject({ turnComplete: true, turnCompleteReason: "SAFETY" });
  });
});

describe("[EVENT9] The relay must pass on usage as the service counts it", () => {
  it("keeps thoughts that no setup requested, and details that do not add up", () => {
    const usageMetadata = {
      promptTokenCount: 515,
      responseTokenCount: 31,
      thoughtsTokenCount: 136,
      totalTokenCount: 682,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 490 }],
      responseTokensDetails: [{ modality: "AUDIO", tokenCount: 20 }],
    } as unknown as NonNullable<ServerMessage["usageMetadata"]>;
    const [event] = events([{ usageMetadata }]);
    expect(event?.usageMetadata).toEqual({
      promptTokenCount: 515,
      candidatesTokenCount: 31,
      thoughtsTokenCount: 136,
      totalTokenCount: 682,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 490 }],
      candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 20 }],
    });
  });
});

describe("[EVENT4] Google's resumption handle and `goAway` must not become events", () => {
  it("yields no event for the resumption handle or goAway", () => {
    expect(
      events([
        { sessionResumptionUpdate: { newHandle: "secret", resumable: true } },
        { goAway: { timeLeft: "5s" } },
        { setupComplete: {} },
      ]),
    ).toEqual([]);
  });
});

describe("[EVENT5] A lost upstream connection must not leave a transcript open", () => {
  it("yields the finals of both sides, once", () => {
    const [left, finals] = finalizeTranscripts({ input: "hi", output: "hel" }, speakers);
    expect(finals.map((each) => each.author)).toEqual(["user", "ada"]);
    expect(finalizeTranscripts(left, speakers)[1]).toEqual([]);
  });
});
