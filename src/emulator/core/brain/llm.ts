/** A brain that is a language model somebody runs: any server that speaks OpenAI's chat completions, streaming. */
import type { Brain, FunctionCallStep, ReplyContext, Step } from "../ports.ts";
import { messagesOf, toolsOf } from "./llm-messages.ts";

/** Sends a request and gives the answer's body piece by piece; the shell makes it from `fetch`. */
export type Post = (url: string, request: PostRequest) => Promise<PostAnswer>;

export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostAnswer {
  readonly status: number;
  /** The body, decoded as UTF-8. Left before its end when the reply is interrupted. */
  readonly body: AsyncIterable<string>;
}

export interface LlmOptions {
  /** The server's base, with or without "/v1": "http://localhost:11434". */
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

interface Event {
  readonly choices?: readonly { readonly delta?: Delta }[];
}

/** Server-sent events: the data of each, until "[DONE]". A broken one is skipped. */
async function* events(body: AsyncIterable<string>): AsyncGenerator<Event> {
  let rest = "";
  for await (const piece of body) {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = parsed(line);
      if (event === "done") return;
      if (event !== undefined) yield event;
    }
  }
  const last = parsed(rest);
  if (last !== undefined && last !== "done") yield last;
}

function parsed(line: string): Event | "done" | undefined {
  const data = /^data:\s*(.*)$/.exec(line)?.[1];
  if (data === undefined || data === "") return undefined;
  if (data === "[DONE]") return "done";
  try {
    return JSON.parse(data) as Event;
  } catch {
    return undefined;
  }
}

/** The whole sentences at the front of what was written so far, and what is left. */
function cut(text: string): { readonly whole: string; readonly rest: string } {
  const end = /^[\s\S]*[.!?]["”)]?\s/.exec(text)?.[0].length ?? 0;
  return { whole: text.slice(0, end).trim(), rest: text.slice(end) };
}

interface Draft {
  name: string;
  arguments: string;
}

/** A call comes in pieces, each with the index of the call that it belongs to. */
function gather(drafts: Draft[], delta: Delta): void {
  for (const { index = 0, function: piece } of delta.tool_calls ?? []) {
    const draft = (drafts[index] ??= { name: "", arguments: "" });
    draft.name += piece?.name ?? "";
    draft.arguments += piece?.arguments ?? "";
  }
}

function argumentsOf(written: string): Record<string, unknown> {
  try {
    const args: unknown = JSON.parse(written === "" ? "{}" : written);
    return typeof args === "object" && args !== null ? { ...args } : {};
  } catch {
    return {};
  }
}

const callsOf = (drafts: readonly Draft[]): FunctionCallStep[] =>
  drafts
    .filter(({ name }) => name !== "")
    .map((draft) => ({ name: draft.name, args: argumentsOf(draft.arguments) }));

async function* read(body: AsyncIterable<string>): AsyncGenerator<Step> {
  const drafts: Draft[] = [];
  let text = "";
  for await (const { choices } of events(body)) {
    const delta = choices?.[0]?.delta ?? {};
    const thought = delta.reasoning_content ?? "";
    if (thought !== "") yield { think: thought };
    gather(drafts, delta);
    const { whole, rest } = cut(text + (delta.content ?? ""));
    text = rest;
    if (whole !== "") yield { say: whole };
  }
  if (text.trim() !== "") yield { say: text.trim() };
  const call = callsOf(drafts);
  if (call.length > 0) yield { call };
}

function request(scene: ReplyContext, { model = "default", key }: LlmOptions): PostRequest {
  const tools = toolsOf(scene);
  const body = {
    model,
    stream: true,
    messages: messagesOf(scene),
    ...(tools.length === 0 ? {} : { tools }),
  };
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify(body),
  };
}

/** A server that is down is said aloud: whoever runs it is listening. */
export function llmBrain(options: LlmOptions): Brain {
  const url = endpoint(options.url);
  return {
    async *reply(scene) {
      const answer = await options.post(url, request(scene, options)).catch(() => undefined);
      if (answer === undefined) yield { say: "The language model server can not be reached." };
      else if (answer.status >= 300)
        yield { say: `The language model server answered with status ${answer.status}.` };
      else yield* read(answer.body);
    },
  };
}
