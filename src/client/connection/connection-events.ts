/** Reads one ADK event into what a conversation says: a bag of fields, each of which may be there. */
import { readApprovals } from "../state/approvals.ts";
import type { ConnectionEvent, Side } from "./connection.ts";
import { readProducts } from "../state/products.ts";
import { readSources } from "../state/sources.ts";
import type { Event, Transcription, Usage } from "../../wire/adk.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { parsePcmRate } from "../../wire/pcm.ts";

/** Unknown fields are no one's business. */
export function toConnectionEvents(event: Partial<Event>): readonly ConnectionEvent[] {
  return [
    ...speaker(event),
    ...usage(event.usageMetadata),
    ...products(event),
    ...readApprovals(event),
    ...parts(event),
    ...sources(event),
    ...transcript("user", event.inputTranscription),
    ...transcript("agent", event.outputTranscription),
    ...(event.interrupted ? [{ kind: "interrupted" } as const] : []),
    ...(event.turnComplete ? [{ kind: "turnComplete" } as const] : []),
    ...error(event),
  ];
}

const speaker = ({ agentChanged }: Partial<Event>): ConnectionEvent[] =>
  agentChanged ? [{ kind: "speaker", name: agentChanged.to }] : [];

function usage(counts: Usage | undefined): ConnectionEvent[] {
  if (!counts) return [];
  const input = counts.promptTokenCount ?? 0;
  const output = counts.candidatesTokenCount ?? 0;
  return [
    { kind: "usage", tokens: { input, output, total: counts.totalTokenCount ?? input + output } },
  ];
}

function transcript(side: Side, said: Transcription | undefined): ConnectionEvent[] {
  return said?.text ? [{ kind: "transcript", side, text: said.text, finished: said.finished }] : [];
}

function parts(event: Partial<Event>): ConnectionEvent[] {
  const heard = (event.content?.parts ?? []).flatMap((part): ConnectionEvent[] => {
    if (part.inlineData) return audio(part.inlineData.mimeType ?? "", part.inlineData.data ?? "");
    if (part.functionCall) return [{ kind: "tool", name: part.functionCall.name ?? "a tool" }];
    return part.text && !part.thought ? text(event, part.text) : [];
  });
  return heard;
}

/** The model's own text, where it answers in text: deltas, then the whole. */
function text(event: Partial<Event>, said: string): ConnectionEvent[] {
  if (event.content?.role === "user" || event.author === "user")
    return [{ kind: "typed", text: said, ...(event.id !== undefined && { id: event.id }) }];
  return [{ kind: "transcript", side: "agent", text: said, finished: event.partial !== true }];
}

function audio(mimeType: string, data: string): ConnectionEvent[] {
  const rate = parsePcmRate(mimeType);
  const pcm = rate === undefined ? undefined : fromBase64(data);
  return pcm && rate !== undefined ? [{ kind: "audio", pcm, rate }] : [];
}

function products({ actions }: Partial<Event>): ConnectionEvent[] {
  const goods = readProducts(actions?.stateDelta ?? {});
  return goods ? [{ kind: "goods", goods }] : [];
}

function sources(event: Partial<Event>): ConnectionEvent[] {
  const found = readSources(event);
  return found.length > 0 ? [{ kind: "sources", sources: found }] : [];
}

function error(event: Partial<Event>): ConnectionEvent[] {
  const message = event.errorMessage ?? event.errorCode;
  return message ? [{ kind: "error", message }] : [];
}
