import { describe, expect, it } from "vitest";
import { step } from "../../src/core/upstream/fsm.ts";
import type { EventName, StateName } from "../../src/core/upstream/fsm-types.ts";
import { events, generating, now, rules, show, states } from "./upstream-script.ts";

/** The state and the effects of each event in each state, while an answer is generated. No cell may be left out. */
const table: Record<StateName, Record<EventName, string>> = {
  parked: {
    clientJoined: "connecting: connect",
    lastClientLeft: "parked",
    send: "connecting: connect",
    speech: "parked",
    toolsRunning: "parked",
    socketOpened: "parked",
    serverMessage: "parked",
    socketClosed: "parked",
    inputAborted: "parked",
    agentChanged: "parked",
    end: "parked",
    timer: "parked",
  },
  connecting: {
    clientJoined: "connecting",
    lastClientLeft: "connecting",
    send: "connecting",
    speech: "connecting",
    toolsRunning: "connecting",
    socketOpened: "connecting: sendSetup",
    serverMessage: "open: sendHistory",
    socketClosed: "backoff",
    inputAborted: "connecting",
    agentChanged: "connecting: closeSocket, connect",
    end: "parked: closeSocket",
    timer: "backoff: closeSocket",
  },
  backoff: {
    clientJoined: "backoff",
    lastClientLeft: "backoff",
    send: "backoff",
    speech: "backoff",
    toolsRunning: "backoff",
    socketOpened: "backoff",
    serverMessage: "backoff",
    socketClosed: "backoff",
    inputAborted: "backoff",
    agentChanged: "connecting: connect",
    end: "parked",
    timer: "connecting: connect",
  },
  open: {
    clientJoined: "open",
    lastClientLeft: "open",
    send: "open: send",
    speech: "open",
    toolsRunning: "open",
    socketOpened: "open",
    serverMessage: "open",
    socketClosed: "backoff: interruptTurn, publishError",
    inputAborted: "open",
    agentChanged: "connecting: closeSocket, connect",
    end: "parked: interruptTurn, closeSocket",
    timer: "open",
  },
  draining: {
    clientJoined: "draining",
    lastClientLeft: "draining",
    send: "draining: send",
    speech: "draining",
    toolsRunning: "draining",
    socketOpened: "draining",
    serverMessage: "connecting: interruptTurn, closeSocket, connect",
    socketClosed: "backoff: interruptTurn, publishError",
    inputAborted: "draining",
    agentChanged: "connecting: closeSocket, connect",
    end: "parked: interruptTurn, closeSocket",
    timer: "connecting: interruptTurn, closeSocket, connect",
  },
  ended: {
    clientJoined: "connecting: connect",
    lastClientLeft: "ended",
    send: "connecting: connect",
    speech: "ended",
    toolsRunning: "ended",
    socketOpened: "ended",
    serverMessage: "ended",
    socketClosed: "ended",
    inputAborted: "ended",
    agentChanged: "ended",
    end: "parked",
    timer: "ended",
  },
};

describe("[LINK1] Every state of the upstream FSM must handle every event", () => {
  for (const [state, row] of Object.entries(table))
    it.each(Object.entries(row))(`${state}, on %s, becomes %s`, (type, expected) => {
      const [next, effects] = step(
        states[state as StateName],
        events[type as EventName],
        now,
        rules,
        generating,
      );
      expect(show(next, effects)).toBe(expected);
    });
});
