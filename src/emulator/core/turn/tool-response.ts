/**
 * What functions answered: remembered, and spoken about when it was asked for. Live API: FunctionResponse.
 *
 * A response to a call that blocks lets the model go on, whatever scheduling it wishes. One to a call that does not
 * may be followed by others while `willContinue` is true, and is spoken about as `scheduling` says.
 */
import type { Part } from "@google/genai";
import type { PendingCall } from "./pending-calls.ts";
import { type Close, closes } from "../protocol/close-codes.ts";
import type { TurnTaking } from "./turn-taking.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { contentTokens } from "../session/history.ts";
import type { FunctionResponse, ToolResponse } from "../protocol/messages.ts";
import type { Session } from "../session/session.ts";

interface Answer {
  readonly call: PendingCall;
  readonly response: FunctionResponse;
}

export function handleToolResponse(
  message: ToolResponse,
  {
    session,
    floor,
    dialogue,
  }: { session: Session; floor: ConnectionContext; dialogue: TurnTaking },
): Close | undefined {
  const responses = message.functionResponses ?? [];
  if (responses.some(({ name, id }) => name === undefined && id === undefined)) {
    return closes.invalidArgument;
  }
  const answers = responses.flatMap((response): Answer[] => {
    const call = session.pendingCalls.find(response, floor.surface === "vertex");
    return call === undefined ? [] : [{ call, response }];
  });
  if (answers.length < responses.length && floor.tools.unknownCall !== "ignored")
    return floor.tools.unknownCall === 1007 ? closes.invalidArgument : closes.noEntity;
  if (answers.length > 0) acceptResponses(answers, session, dialogue);
  return undefined;
}

function acceptResponses(answers: readonly Answer[], session: Session, dialogue: TurnTaking): void {
  const content = { role: "user", parts: answers.map(toPart) };
  dialogue.addUserContent(content, contentTokens(content));
  for (const { call, response } of answers)
    if (call.blocking || response.willContinue !== true) session.pendingCalls.remove(call.id);
  const { scheduling, interruptCutsIn } = session.config.profile;
  const wishes = new Set(
    answers.map((answer) => (scheduling ? schedulingOf(answer) : "WHEN_IDLE")),
  );
  if (dialogue.resumeTurn()) return;
  if (wishes.has("INTERRUPT")) dialogue.interruptAndReply(interruptCutsIn);
  else if (wishes.has("WHEN_IDLE")) dialogue.requestReply("tool");
}

/** Beside the response, as typed, or inside it, as one page of the documentation has it. */
function schedulingOf({ call, response: { scheduling, response } }: Answer): string {
  const wish = scheduling ?? response?.["scheduling"];
  if (call.blocking) return "WHEN_IDLE";
  return wish === "SILENT" || wish === "INTERRUPT" ? wish : "WHEN_IDLE";
}

function toPart({ call, response }: Answer): Part {
  return {
    functionResponse: {
      id: call.id,
      name: call.name,
      response: { ...response.response },
      ...(response.willContinue === true && !call.blocking ? { willContinue: true } : {}),
    },
  };
}
