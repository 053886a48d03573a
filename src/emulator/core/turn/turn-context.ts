/** What a turn finds on its connection, and what a brain is shown of its session. */
import { Alarms } from "../connection/timers.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { Floor } from "../connection/connection-context.ts";
import { contents, type Entry } from "../session/history.ts";
import { callId } from "../ids.ts";
import type { FunctionCallStep, Random, Scene } from "../ports.ts";
import type { Session } from "../session/session.ts";
import type { Stage } from "./turn.ts";
import { usage } from "../protocol/token-usage.ts";

/** @param over is told what the turn said, when it is over. */
export function stageOf(
  floor: Floor,
  session: Session,
  over: (said: Entry | undefined) => void,
): Stage {
  const { ports, surface } = floor;
  return {
    random: ports.random,
    surface,
    config: session.config,
    alarms: new Alarms(floor),
    pace: () => floor.moods().pace ?? session.config.profile.latency.pace,
    send: (message) => floor.send(message),
    call: (steps) => issue(steps, session, ports.random),
    over,
    pending: () => session.calls.size > 0,
    usage: (spent) => usage(session.promptTokens(), spent, surface),
    failed: (error) => floor.failed(error),
  };
}

function issue(
  steps: readonly FunctionCallStep[],
  { config, calls }: Session,
  random: Random,
): PendingCall[] {
  return steps.map(({ name, args }) => {
    const id = callId(config.profile.callIds, random);
    const call = { name, args, id, blocking: config.tools.blocks(name) };
    calls.issue(call);
    return call;
  });
}

export function sceneOf({ ports }: Floor, session: Session): Scene {
  const { id, replies, config, memory, frame } = session;
  return {
    session: id,
    turn: replies,
    instruction: config.instruction,
    tools: config.tools,
    history: contents(memory),
    frame,
    now: ports.clock.now(),
    random: ports.random,
  };
}
