/** A brain that is a language model behind a streaming chat completions API, as OpenAI defines it. */
import { createParser } from "eventsource-parser";
import type { Brain, FunctionCallStep, ReplyContext, Step } from "../ports.ts";
import { messagesOf, toolsOf } from "./llm-messages.ts";

/** Sends a request and streams the body of the response; the shell implements it with `fetch`. */
export type Post = (url: string, request: PostRequest) => Promise<PostAnswer>;

export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface PostAnswer {
  readonly status: number;
  /** Decoded as UTF-8. The brain stops reading when the reply is interrupted. */
  readonly body: AsyncIterable<string>;
}

interface LlmOptions {
  /** The base URL, with or without "/v1": "http://localhost:11434". */
  readonly url: string;
  readonly model?: string;
  readonly key?: string;
  readonly post: Post;
}

const endpoint = (url: string): string => {
  const base = url.replace(/\/+$/, "");
  if (base.endsWith("/chat/completions")) return base;
  return /\/v\d+$/.test(base) ? `${base}/chat/completions` : `${base}/v1/chat/completions`;
};

interface Delta {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly {
    readonly index?: number;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** The deltas of the stream until "[DONE]"; malformed events are skipped. */
async function* deltas(body: AsyncIterable<string>): AsyncGenerator<Delta> {
  let events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  async function* chunks(): AsyncGenerator<string> {
    yield* body;
    yield "\n\n";
  }
  for await (const chunk of chunks()) {
    parser.feed(chunk);
    for (const data of events) {
      if (data === "[DONE]") return;
      const event = parsed(data) as { choices?: { delta?: Delta }[] } | null | undefined;
      yield event?.choices?.[0]?.delta ?? {};
    }
    events = [];
  }
}

/** The length of the complete sentences at the start of a text. */
const complete = (text: string): number => /^[\s\S]*[.!?]["”)]?\s/.exec(text)?.[0].length ?? 0;

interface Draft {
  name: string;
  arguments: string;
}

/** A call arrives in pieces, each with the index of its call. */
function gather(drafts: Draft[], delta: Delta): void {
  for (const { index = 0, function: piece } of delta.tool_calls ?? []) {
    const draft = (drafts[index] ??= { name: "", arguments: "" });
    draft.name += piece?.name ?? "";
    draft.arguments += piece?.arguments ?? "";
  }
}

const callsOf = (drafts: readonly Draft[]): FunctionCallStep[] =>
  drafts
    .filter(({ name }) => name !== "")
    .map((draft) => {
      const args = parsed(draft.arguments);
      return { name: draft.name, args: typeof args === "object" ? { ...args } : {} };
    });

async function* read(body: AsyncIterable<string>): AsyncGenerator<Step> {
  const drafts: Draft[] = [];
  let text = "";
  for await (const delta of deltas(body)) {
    if (delta.reasoning_content) yield { think: delta.reasoning_content };
    gather(drafts, delta);
    text += delta.content ?? "";
    const end = complete(text);
    if (text.slice(0, end).trim() !== "") yield { say: text.slice(0, end).trim() };
    text = text.slice(end);
  }
  if (text.trim() !== "") yield { say: text.trim() };
  const call = callsOf(drafts);
  if (call.length > 0) yield { call };
}

function request(context: ReplyContext, { model = "default", key }: LlmOptions): PostRequest {
  const tools = toolsOf(context);
  return {
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({
      model,
      stream: true,
      messages: messagesOf(context),
      ...(tools.length === 0 ? {} : { tools }),
    }),
  };
}

/** The brain speaks a server's failure, because the person who runs the server is listening. */
export function llmBrain(options: LlmOptions): Brain {
  const url = endpoint(options.url);
  return {
    async *reply(context) {
      const answer = await options.post(url, request(context, options)).catch(() => undefined);
      if (answer === undefined) yield { say: "The language model server can not be reached." };
      else if (answer.status >= 300)
        yield { say: `The language model server answered with status ${answer.status}.` };
      else yield* read(answer.body);
    },
  };
}
