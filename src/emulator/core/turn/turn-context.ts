/** What a turn finds on its connection, and what a brain is shown of its session. */
import { Timers } from "../connection/timers.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import { contentsOf, type HistoryEntry } from "../session/history.ts";
import { callId } from "../ids.ts";
import type { FunctionCallStep, Random, ReplyContext } from "../ports.ts";
import type { Session } from "../session/session.ts";
import type { TurnContext } from "./turn.ts";
import { toUsageMetadata } from "../protocol/token-usage.ts";

/** @param turnEnded is told what the turn said, when it is over. */
export function createTurnContext(
  floor: ConnectionContext,
  session: Session,
  turnEnded: (said: HistoryEntry | undefined) => void,
): TurnContext {
  const { ports, surface } = floor;
  return {
    random: ports.random,
    surface,
    config: session.config,
    alarms: new Timers(floor),
    pace: () => floor.activeFaults().pace ?? session.config.profile.latency.pace,
    send: (message) => floor.send(message),
    issueCalls: (steps) => issue(steps, session, ports.random),
    turnEnded,
    hasPendingCalls: () => session.pendingCalls.size > 0,
    usageMetadataOf: (spent) => toUsageMetadata(session.promptTokens(), spent, surface),
    failed: (error) => floor.failed(error),
  };
}

function issue(
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
