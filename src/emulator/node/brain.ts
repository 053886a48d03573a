/** Selects the brain: the rules, or a language model that the user runs. */
import { llmBrain, type Post } from "../core/brain/llm.ts";
import { rulesBrain } from "../core/brain/rules.ts";
import type { Brain } from "../core/ports.ts";
import { decodeJpeg } from "./decode-jpeg.ts";

/**
 * EMULATOR_LLM_URL names any server with OpenAI's chat completions API; EMULATOR_LLM_MODEL and EMULATOR_LLM_KEY
 * complement it. Without it no text leaves this machine.
 */
export function chooseBrain(environment: Readonly<Record<string, string | undefined>>): Brain {
  const { EMULATOR_LLM_URL: url, EMULATOR_LLM_MODEL: model, EMULATOR_LLM_KEY: key } = environment;
  if (!url) return rulesBrain({ decode: decodeJpeg });
  return llmBrain({ url, ...(model && { model }), ...(key && { key }), post });
}

const post: Post = async (url, { headers, body }) => {
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: textChunks(response.body) };
};

async function* textChunks(body: Response["body"]): AsyncGenerator<string> {
  if (body) yield* body.pipeThrough(new TextDecoderStream());
}
