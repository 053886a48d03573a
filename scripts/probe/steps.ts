/** Steps that many cases share. */
import type { Step } from "./case.ts";

/** @param more additional fields of the setup. @param generation of its generationConfig. */
export const setup = (more: object = {}, generation: object = {}): Step => ({
  send: {
    setup: {
      model: "$model",
      generationConfig: {
        responseModalities: ["AUDIO"],
        thinkingConfig: "$thinking",
        ...generation,
      },
      systemInstruction: { parts: [{ text: "Answer in one short sentence." }] },
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      ...more,
    },
  },
});

/** About 300 tokens: sessions with more than 200 were reported to forget on resume. */
export const longInstruction = {
  systemInstruction: {
    parts: [
      {
        text: `Answer in one short sentence. ${"Stay calm, be kind, and keep it short. ".repeat(30)}`,
      },
    ],
  },
};

export const ready: Step = { until: "setupComplete" };

export const type = (text: string): Step => ({ send: { realtimeInput: { text } } });

/** Long enough for a refusal to arrive. */
export const pause: Step = { waitMs: 2000 };

export const turn: Step = { until: "turnComplete", withinMs: 30_000 };

export const weatherTool = {
  tools: [
    {
      functionDeclarations: [
        {
          name: "get_current_weather",
          description: "The current weather in a city.",
          parameters: {
            type: "OBJECT",
            properties: { location: { type: "STRING", description: "The city." } },
            required: ["location"],
          },
        },
      ],
    },
  ],
};
