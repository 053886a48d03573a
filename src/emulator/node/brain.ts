/** Which brain the emulator thinks with: the rules, or a language model that the user runs. */
import { llmBrain, type Post } from "../core/brain/llm.ts";
import { rulesBrain } from "../core/brain/rules.ts";
import type { Brain } from "../core/ports.ts";
import { decodeJpeg } from "./decode-jpeg.ts";

/**
 * EMULATOR_LLM_URL names any server that speaks OpenAI's chat completions; EMULATOR_LLM_MODEL and
 * EMULATOR_LLM_KEY go with it. Off by default: nothing leaves this machine unless somebody asks for it.
 */
export function chooseBrain(environment: Readonly<Record<string, string | undefined>>): Brain {
  const { EMULATOR_LLM_URL: url, EMULATOR_LLM_MODEL: model, EMULATOR_LLM_KEY: key } = environment;
  if (!url) return rulesBrain({ decode: decodeJpeg });
  return llmBrain({ url, ...(model && { model }), ...(key && { key }), post });
}

const post: Post = async (url, { headers, body }) => {
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: pieces(response.body) };
};

async function* pieces(body: Response["body"]): AsyncGenerator<string> {
  if (body) yield* body.pipeThrough(new TextDecoderStream());
}
