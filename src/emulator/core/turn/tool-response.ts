/**
 * Processes function responses: adds them to the history and requests a reply as scheduled. Live API: FunctionResponse.
 *
 * The response to a blocking call resumes the turn, whatever its scheduling. A non-blocking call may have several
 * responses until `willContinue` is false; `scheduling` decides when the model talks about each.
 */
import type { Part } from "@google/genai";
import type { PendingCall } from "./pending-calls.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import type { TurnTaking } from "./turn-taking.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { contentTokens } from "../session/history.ts";
import type { FunctionResponse, ToolResponse } from "../protocol/messages.ts";
import type { Session } from "../session/session.ts";

interface MatchedResponse {
  readonly call: PendingCall;
  readonly response: FunctionResponse;
}

export function handleToolResponse(
  message: ToolResponse,
  {
    session,
    connection,
    turnTaking,
  }: { session: Session; connection: ConnectionContext; turnTaking: TurnTaking },
): Close | undefined {
  const responses = message.functionResponses ?? [];
  if (responses.some(({ name, id }) => name === undefined && id === undefined)) {
    return closes.invalidArgument;
  }
  const matched = responses.flatMap((response): MatchedResponse[] => {
    const call = session.pendingCalls.find(response, connection.surface === "vertex");
    return call === undefined ? [] : [{ call, response }];
  });
  if (matched.length < responses.length && connection.tools.unknownCall !== "ignored")
    return connection.tools.unknownCall === 1007 ? closes.invalidArgument : closes.noEntity;
  if (matched.length > 0) acceptResponses(matched, session, turnTaking);
  return undefined;
}

function acceptResponses(
  matched: readonly MatchedResponse[],
  session: Session,
  turnTaking: TurnTaking,
): void {
  const content = { role: "user", parts: matched.map(toPart) };
  turnTaking.addUserContent(content, contentTokens(content));
  for (const { call, response } of matched) settleCall(call, response, session);
  const { scheduling, interruptSpeaksOverUser: interruptCutsIn } = session.config.profile;
  const schedulings = new Set(
    matched.map((match) => (scheduling ? schedulingOf(match) : "WHEN_IDLE")),
  );
  if (turnTaking.resumeTurn()) return;
  if (schedulings.has("INTERRUPT")) turnTaking.interruptAndReply(interruptCutsIn);
  else if (schedulings.has("WHEN_IDLE")) turnTaking.requestReply("tool");
}

/** The end of a call is `willContinue: false`, or the response to a blocking call. */
function settleCall(
  call: PendingCall,
  { willContinue }: FunctionResponse,
  { pendingCalls }: Session,
): void {
  if (call.blocking || willContinue === false) pendingCalls.remove(call.id);
  else if (willContinue === undefined) pendingCalls.answer(call);
}

const SCHEDULINGS: ReadonlySet<unknown> = new Set([
  "WHEN_IDLE",
  "INTERRUPT",
  "INTERRUPTED",
  "SILENT",
]);

/** Beside the response, as the SDK types it, or inside it, as one page of the documentation shows. */
function schedulingOf({ call, response: { scheduling, response } }: MatchedResponse): string {
  const requested = scheduling ?? response?.["scheduling"];
  if (call.blocking) return "WHEN_IDLE";
  if (requested === "INTERRUPTED") return "INTERRUPT";
  return requested === "SILENT" || requested === "INTERRUPT" ? requested : "WHEN_IDLE";
}

function toPart({ call, response }: MatchedResponse): Part {
  const { scheduling, ...result } = response.response ?? {};
  const own = SCHEDULINGS.has(scheduling) ? {} : { scheduling };
  return {
    functionResponse: {
      id: call.id,
      name: call.name,
      response: { ...result, ...(scheduling === undefined ? {} : own) },
      ...(response.willContinue === true && !call.blocking ? { willContinue: true } : {}),
    },
  };
}
