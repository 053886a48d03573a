/** The upstream FSM where the service's sessions are counted: no session without an admission, and no input lost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialTurn } from "../../src/core/turn-state.ts";
import { parked, parkedWith, type UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import { anyScript, text, timeoutMs } from "./upstream-arbitrary.ts";
import {
  apply,
  clientJoined,
  deadline,
  events,
  lastClientLeft,
  nameOf,
  message,
  rules,
  send,
  setupComplete,
  socketOpened,
  timer,
  type Position,
} from "./upstream-script.ts";

const counted = { ...rules, admitted: false };
const admitted = { ...rules, admitted: true };
const noTurn = initialTurn(0);
const start = (upstream: UpstreamState = parked): Position => ({ upstream, turn: noTurn });
const isIdle = ({ upstream: { state } }: Position) => state === "parked" || state === "ended";

describe("[ADMIT5] no session is dialled before it is admitted, and what clients send meanwhile is kept", () => {
  it("asks once, says whether a session was there before, and dials when it may", () => {
    const asked = apply(start(), clientJoined, 1, counted);
    expect(asked.upstream.state).toBe("queued");
    expect(asked.effects).toEqual([{ type: "requestAdmission", resumes: false }]);
    const again = apply(asked, clientJoined, 2, counted);
    expect([again.upstream.state, again.effects]).toEqual(["queued", []]);
    const dialled = apply(again, events.admitted, 3, admitted);
    expect([dialled.upstream.state, dialled.effects]).toEqual([
      "connecting",
      [{ type: "connect" }],
    ]);
    const resumed = apply(start(parkedWith("h", false)), send(text), 1, counted);
    expect(resumed.effects).toEqual([{ type: "requestAdmission", resumes: true }]);
  });

  it("text that is typed in the queue reaches the session, in order", () => {
    let position: Position = apply(start(), clientJoined, 1, counted);
    for (const name of ["one", "two"])
      position = apply(position, send(message("text", name)), 2, counted);
    position = apply(position, events.admitted, 3, admitted);
    position = apply(position, socketOpened, 4, admitted);
    const { effects } = apply(position, setupComplete, 5, admitted);
    expect(
      effects.flatMap((effect) => (effect.type === "send" ? [nameOf(effect.message)] : [])),
    ).toEqual(["one", "two"]);
  });

  it("more than can be held is refused to its sender", () => {
    let position: Position = apply(start(), clientJoined, 1, counted);
    let last = apply(position, send(text), 1, counted);
    for (let each = 0; each < 9 && last.effects.length === 0; each++)
      last = apply((position = last), send(text), 1, counted);
    expect(last.effects).toMatchObject([{ type: "rejectRequest", error: { code: "BUFFER_FULL" } }]);
  });

  it("a conversation without clients leaves the queue, and waits for nothing else", () => {
    const queued = apply(start(), clientJoined, 1, counted);
    expect(deadline(queued, counted)).toBeUndefined();
    const alone = apply(queued, lastClientLeft, 1_000, counted);
    expect(deadline(alone, counted)).toBe(1_000 + rules.lingerMs);
    expect(apply(alone, timer, 1_000 + rules.lingerMs, counted).upstream.state).toBe("parked");
  });

  it("and so it does with a typed message, later: the text is unanswered, and a client that joins keeps the place", () => {
    const queued = apply(apply(start(), clientJoined, 1, counted), send(text), 2, counted);
    const alone = apply(queued, lastClientLeft, 1_000, counted);
    const parkAt = 1_000 + rules.queuedTextMs;
    expect(deadline(alone, counted)).toBe(parkAt);
    expect(apply(alone, timer, parkAt - 1, counted).upstream.state).toBe("queued");
    expect(apply(alone, timer, parkAt, counted).upstream).toMatchObject({
      state: "parked",
      unanswered: true,
    });
    const joined = apply(alone, clientJoined, 2_000, counted);
    expect(deadline(joined, counted)).toBeUndefined();
    expect(apply(joined, timer, parkAt, counted).upstream.state).toBe("queued");
  });

  it(
    "whatever happens",
    () => {
      fc.assert(
        fc.property(anyScript, (script) => {
          let position = start();
          let [may, hasSocket, at] = [false, false, 0];
          for (const [event, later] of script) {
            const fromSocket = ["socketOpened", "serverMessage", "socketClosed"];
            if (fromSocket.includes(event.type) && !hasSocket) continue;
            if (event.type === "socketClosed") hasSocket = false;
            if (isIdle(position)) may = false;
            if (event.type === "admitted") {
              if (position.upstream.state !== "queued") continue;
              may = true;
            }
            const next = apply(position, event, (at += later), may ? admitted : counted);
            for (const { type } of next.effects) {
              if (type === "connect") expect(may).toBe(true);
              if (type === "requestAdmission") expect(may).toBe(false);
              if (type === "connect") hasSocket = true;
              if (type === "closeSocket") hasSocket = false;
            }
            if (next.upstream.state === "queued") expect([may, hasSocket]).toEqual([false, false]);
            position = next;
          }
        }),
        { numRuns: 500 },
      );
    },
    timeoutMs,
  );
});
