/** Translates one ADK event to connection events. An ADK event is a bag of fields, each of them optional. */
import { readApprovals } from "../state/approvals.ts";
import { readProducts } from "../state/products.ts";
import { readSources } from "../state/sources.ts";
import type {
  Event,
  FunctionCall,
  FunctionResponse,
  Transcription,
  Usage,
} from "../../../../src/wire/adk.ts";
import { parsePcmRate } from "../../../../src/wire/pcm.ts";
import { fromBase64 } from "./base64.ts";
import type { ConnectionEvent, Side } from "./connection.ts";

/**
 * Ignores unknown fields. The order matters: content comes before the end of its turn.
 * @param expiresAt of a request for approval, by this client's clock, ms since the epoch.
 */
export function toConnectionEvents(
  event: Partial<Event>,
  expiresAt?: number,
): readonly ConnectionEvent[] {
  return [
    ...agentChanged(event),
    ...usage(event.usageMetadata),
    ...products(event),
    ...readApprovals(event, expiresAt),
    ...parts(event),
    ...transferred(event),
    ...sources(event),
    ...transcript("user", event.inputTranscription),
    ...transcript("agent", event.outputTranscription),
    ...interrupted(event),
    ...turnComplete(event),
    ...error(event),
  ];
}

const turnComplete = ({ turnComplete, interactionStatus }: Partial<Event>): ConnectionEvent[] => {
  if (!turnComplete) return [];
  return [{ kind: "turnComplete", ...(interactionStatus === "IN_PROGRESS" && { thinking: true }) }];
};

const agentChanged = ({ agentChanged }: Partial<Event>): ConnectionEvent[] =>
  agentChanged ? [{ kind: "agentChanged", name: agentChanged.to, from: agentChanged.from }] : [];

function interrupted({ interrupted, customMetadata }: Partial<Event>): ConnectionEvent[] {
  if (!interrupted) return [];
  const heardMs = customMetadata?.["heardMs"];
  return [{ kind: "interrupted", ...(typeof heardMs === "number" && { heardMs }) }];
}

function usage(counts: Usage | undefined): ConnectionEvent[] {
  if (!counts) return [];
  const input = counts.promptTokenCount ?? 0;
  const output = counts.candidatesTokenCount ?? 0;
  return [
    { kind: "usage", tokens: { input, output, total: counts.totalTokenCount ?? input + output } },
  ];
}

const transcript = (side: Side, transcription: Transcription | undefined): ConnectionEvent[] =>
  transcription?.text
    ? [{ kind: "transcript", side, text: transcription.text, finished: transcription.finished }]
    : [];

const parts = (event: Partial<Event>): ConnectionEvent[] =>
  (event.content?.parts ?? []).flatMap((part): ConnectionEvent[] => {
    if (part.inlineData) {
      const { mimeType = "", data = "" } = part.inlineData;
      return isToolMessage(event) ? picture(mimeType, data) : audio(mimeType, data);
    }
    if (part.functionCall) return toolCall(event, part.functionCall);
    if (part.functionResponse) return toolResult(event, part.functionResponse);
    return part.text && !part.thought ? textPart(event, part.text) : [];
  });

/** Functions of the runtime, which the transcript shows in words or not at all. */
const plumbing: ReadonlySet<string | undefined> = new Set([
  "transfer_to_agent",
  "adk_request_confirmation",
]);

const toolCall = (
  { timestamp }: Partial<Event>,
  { id, name = "a tool", args }: FunctionCall,
): ConnectionEvent[] =>
  plumbing.has(name)
    ? []
    : [
        {
          kind: "toolCall",
          name,
          ...(id !== undefined && { id }),
          ...(args && { args }),
          ...(timestamp !== undefined && { at: timestamp }),
        },
      ];

const toolResult = (
  { timestamp }: Partial<Event>,
  { id, name = "a tool", response, willContinue }: FunctionResponse,
): ConnectionEvent[] =>
  plumbing.has(name)
    ? []
    : [
        {
          kind: "toolResult",
          name,
          ...(response && { response }),
          ...(id !== undefined && { id }),
          ...(timestamp !== undefined && { at: timestamp }),
          ...(willContinue && { more: true as const }),
        },
      ];

/**
 * A user's text part is a typed message, and one of the role "user" by an agent a tool's message. A model that answers in
 * text sends deltas, then the whole.
 */
function textPart(event: Partial<Event>, text: string): ConnectionEvent[] {
  if (isToolMessage(event)) return [{ kind: "toolMessage", text }];
  if (event.content?.role === "user" || event.author === "user")
    return [{ kind: "typed", text, ...(event.id !== undefined && { id: event.id }) }];
  return [{ kind: "transcript", side: "agent", text, finished: event.partial !== true }];
}

const isToolMessage = ({ author = "user", content }: Partial<Event>): boolean =>
  content?.role === "user" && author !== "user";

/** Other files are not shown. */
function picture(mimeType: string, data: string): ConnectionEvent[] {
  const bytes = mimeType.startsWith("image/") ? fromBase64(data) : undefined;
  if (!bytes || bytes.length === 0) return [];
  return [{ kind: "toolPicture", picture: new Blob([bytes.slice()], { type: mimeType }) }];
}

function transferred({ actions }: Partial<Event>): ConnectionEvent[] {
  const { transferToAgent: to, transferReason: reason } = actions ?? {};
  return to ? [{ kind: "transferred", to, ...(reason && { reason }) }] : [];
}

function audio(mimeType: string, data: string): ConnectionEvent[] {
  const rate = parsePcmRate(mimeType);
  const pcm = rate === undefined ? undefined : fromBase64(data);
  return pcm && rate !== undefined ? [{ kind: "audio", pcm, rate }] : [];
}

function products({ actions }: Partial<Event>): ConnectionEvent[] {
  const products = readProducts(actions?.stateDelta ?? {});
  return products ? [{ kind: "products", products }] : [];
}

function sources(event: Partial<Event>): ConnectionEvent[] {
  const sources = readSources(event);
  return sources.length > 0 ? [{ kind: "sources", sources }] : [];
}

function error(event: Partial<Event>): ConnectionEvent[] {
  // Another client stopped its own turn: the transcript shows that it was interrupted.
  if (event.errorCode === "INVOCATION_ABORTED") return [];
  const { errorCode: code, errorMessage: message = code } = event;
  return message ? [{ kind: "error", message, ...(code && { code }) }] : [];
}
