/** Builds the context of a turn from its connection, and the brain's context from the session. */
import { Timers } from "../connection/timers.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { contentsOf, type HistoryEntry } from "../session/history.ts";
import { callId } from "../ids.ts";
import type { FunctionCallStep, Random, ReplyContext } from "../ports.ts";
import type { Session } from "../session/session.ts";
import type { TurnContext } from "./turn.ts";
import { toUsageMetadata } from "../protocol/token-usage.ts";

/** @param turnEnded receives the history entry of what the turn sent. */
export function createTurnContext(
  connection: ConnectionContext,
  session: Session,
  turnEnded: (entry: HistoryEntry | undefined) => void,
): TurnContext {
  const { ports, surface } = connection;
  return {
    random: ports.random,
    surface,
    config: session.config,
    timers: new Timers(connection),
    pace: () => connection.activeFaults().pace ?? session.config.profile.latency.pace,
    stall: () => connection.activeFaults().stall,
    send: (message) => connection.send(message),
    issueCalls: (steps) => issueCalls(steps, session, ports.random),
    turnEnded,
    hasPendingCalls: () => session.pendingCalls.size > 0,
    usageMetadataOf: (usage) =>
      toUsageMetadata(
        session.promptTokens(),
        usage,
        surface,
        session.config.profile.unlistedTokens,
      ),
    failed: (error) => connection.failed(error),
  };
}

function issueCalls(
  steps: readonly FunctionCallStep[],
  { config, pendingCalls }: Session,
  random: Random,
): PendingCall[] {
  return steps.map(({ name, args }) => {
    const id = callId(config.profile.callIds, random);
    const call = { name, args, id, blocking: config.tools.isBlocking(name) };
    pendingCalls.add(call);
    return call;
  });
}

export function createReplyContext({ ports }: ConnectionContext, session: Session): ReplyContext {
  const { id, replyCount, config, history, videoFrame } = session;
  return {
    session: id,
    turn: replyCount,
    instruction: config.instruction,
    tools: config.tools,
    history: contentsOf(history),
    frame: videoFrame,
    now: ports.clock.now(),
    random: ports.random,
  };
}
