import type { Content } from "@google/genai";
import { describe, expect, it } from "vitest";
import { llmBrain, type PostRequest } from "../../../src/emulator/core/brain/llm.ts";
import { contextOf, stepsOf, user } from "./conversation.ts";

interface Asked {
  url: string;
  request: PostRequest;
}

/** A server that answers with these pieces and records its requests. */
function server(pieces: readonly string[], status = 200) {
  const asked: Asked[] = [];
  let left = false;
  async function* body() {
    try {
      for (const piece of pieces) yield await Promise.resolve(piece);
    } finally {
      left = true;
    }
  }
  const post = (url: string, request: PostRequest) => {
    asked.push({ url, request });
    return Promise.resolve({ status, body: body() });
  };
  return { asked, post, left: () => left };
}

const event = (delta: unknown): string => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;

describe("[BRAIN60] replies through any chat completions API", () => {
  it("speaks sentence by sentence, wherever the stream is split", async () => {
    const stream = [...Array.from("Hello there. How are"), " you? Fine"]
      .map((content) => event({ content }))
      .join("");
    const pieces = stream.match(/[\s\S]{1,7}/g) ?? [];
    const { post } = server([...pieces, "data: [DONE]\n\n"]);
    expect(await stepsOf(llmBrain({ url: "http://x", post }), contextOf([user("hi")]))).toEqual([
      { say: "Hello there." },
      { say: "How are you?" },
      { say: "Fine" },
    ]);
  });

  it("gathers calls from their pieces", async () => {
    const { post } = server([
      event({ tool_calls: [{ index: 0, function: { name: "roll", arguments: '{"si' } }] }),
      event({ tool_calls: [{ index: 0, function: { arguments: 'des":6}' } }] }),
      event({ tool_calls: [{ index: 1, function: { name: "stop", arguments: "" } }] }),
    ]);
    expect(await stepsOf(llmBrain({ url: "http://x", post }), contextOf([user("roll")]))).toEqual([
      {
        call: [
          { name: "roll", args: { sides: 6 } },
          { name: "stop", args: {} },
        ],
      },
    ]);
  });

  it("sends instruction, history, pictures and tools", async () => {
    const { post, asked } = server([]);
    const history: Content[] = [
      {
        role: "user",
        parts: [{ text: "roll" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }],
      },
      {
        role: "model",
        parts: [
          { text: "thinking", thought: true },
          { functionCall: { id: "c1", name: "roll", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [{ functionResponse: { id: "c1", name: "roll", response: { result: 3 } } }],
      },
    ];
    const parameters = {
      type: "OBJECT",
      properties: { type: { type: "STRING", maxLength: "5" } },
    } as object;
    const tools = { functions: [{ name: "roll", description: "Rolls.", parameters }] };
    const options = { url: "http://x/v1/", model: "m", key: "k", post };
    await stepsOf(llmBrain(options), contextOf(history, { instruction: "Be kind.", tools }));
    expect(asked[0]?.url).toBe("http://x/v1/chat/completions");
    expect(asked[0]?.request.headers).toEqual({
      "content-type": "application/json",
      authorization: "Bearer k",
    });
    expect(JSON.parse(asked[0]?.request.body ?? "")).toEqual({
      model: "m",
      stream: true,
      messages: [
        { role: "system", content: "Be kind." },
        {
          role: "user",
          content: [
            { type: "text", text: "roll" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "c1", type: "function", function: { name: "roll", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: '{"result":3}' },
      ],
      tools: [
        {
          type: "function",
          function: {
            name: "roll",
            description: "Rolls.",
            parameters: { type: "object", properties: { type: { type: "string", maxLength: 5 } } },
          },
        },
      ],
    });
  });
});

describe("[BRAIN61] speaks a failure of the server, and closes the stream when interrupted", () => {
  it("speaks an error status, and that the server is down", async () => {
    const refusing = llmBrain({ url: "http://x", post: server([], 500).post });
    expect(await stepsOf(refusing, contextOf([user("hi")]))).toEqual([
      { say: "The language model server answered with status 500." },
    ]);
    const down = llmBrain({ url: "http://x", post: () => Promise.reject(new Error("refused")) });
    expect(await stepsOf(down, contextOf([user("hi")]))).toEqual([
      { say: "The language model server can not be reached." },
    ]);
  });
  it("closes the stream when the caller stops reading", async () => {
    const { post, left } = server([
      event({ content: "One. Two. " }),
      event({ content: "Three. " }),
    ]);
    for await (const step of llmBrain({ url: "http://x", post }).reply(contextOf([user("hi")]))) {
      expect(step).toEqual({ say: "One. Two." });
      break;
    }
    expect(left()).toBe(true);
  });
  it("skips malformed events", async () => {
    const { post } = server([": ping\n\ndata: {broken\n\n", event({ content: "Fine." })]);
    expect(await stepsOf(llmBrain({ url: "http://x", post }), contextOf([user("hi")]))).toEqual([
      { say: "Fine." },
    ]);
  });
});
