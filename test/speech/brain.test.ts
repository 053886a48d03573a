import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import type { Content } from "@google/genai";
import type { ReplyContext } from "../../src/emulator/core/ports.ts";
import { chooseBrain } from "../../src/emulator/node/brain.ts";

const scene = (text: string, frame?: Uint8Array): ReplyContext => ({
  session: "s",
  turn: 1,
  instruction: "",
  tools: { functions: [], googleSearch: false, codeExecution: false, urlContext: false },
  history: [{ role: "user", parts: [{ text }] } satisfies Content],
  frame: frame && { mimeType: "image/jpeg", data: frame },
  now: 1_800_000_000_000,
  random: () => 0.5,
});

async function spoken(brain: ReturnType<typeof chooseBrain>, shown: ReplyContext): Promise<string> {
  const expected: string[] = [];
  for await (const step of brain.reply(shown)) if ("say" in step) expected.push(step.say);
  return expected.join(" ");
}

/** A single-colour image, as a camera frame. */
function picture(red: number, green: number, blue: number): Uint8Array {
  const data = Buffer.alloc(64 * 64 * 4);
  for (let at = 0; at < data.length; at += 4) data.set([red, green, blue, 255], at);
  return jpeg.encode({ width: 64, height: 64, data }, 90).data;
}

describe("[EMUS30] describes the newest frame's pixels when asked what it sees", () => {
  it.each([
    ["red", picture(220, 20, 20)],
    ["green", picture(20, 180, 40)],
    ["blue", picture(20, 40, 220)],
  ])("%s", async (colour, frame) => {
    expect(await spoken(chooseBrain({}), scene("What do you see?", frame))).toContain(colour);
  });

  it("a malformed frame does no harm", async () => {
    const broken = picture(220, 20, 20).slice(0, 100);
    expect(await spoken(chooseBrain({}), scene("What do you see?", broken))).not.toBe("");
  });
});

describe("[EMUS31] with EMULATOR_LLM_URL it replies with a language model that the user runs", () => {
  it("streams that server's output", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (piece: string) => asked.push(piece));
      request.on("end", () => {
        for (const content of ["A model ", "says hello."])
          response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
        response.end("data: [DONE]\n\n");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const brain = chooseBrain({
      EMULATOR_LLM_URL: `http://127.0.0.1:${port}`,
      EMULATOR_LLM_MODEL: "m",
    });
    expect(await spoken(brain, scene("Hello?"))).toContain("A model says hello.");
    expect(JSON.parse(asked.join(""))).toMatchObject({ model: "m", stream: true });
    server.close();
  });
});
