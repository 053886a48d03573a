import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PendingQueue } from "../../src/core/upstream/pending-queue.ts";
import { RetransmitBuffer } from "../../src/core/upstream/retransmit-buffer.ts";
import type { UpstreamEvent } from "../../src/core/upstream/fsm-types.ts";
import type { UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import { initialTurn } from "../../src/core/turn-state.ts";
import {
  apply,
  goAway,
  lost,
  message,
  nameOf,
  now,
  output,
  resumption,
  rules as usual,
  send,
  setupComplete,
  socketOpened,
  speech,
  states,
  timer,
  turnComplete,
  type Position,
} from "./upstream-script.ts";

const rules = { ...usual, transparent: true, maxRetransmitBytes: 1_000 };

/** Plays events at one time, by rules where the service reports what it has consumed. */
function play(start: Position, ...script: readonly UpstreamEvent[]) {
  let position = start;
  const effects: ReturnType<typeof apply>["effects"][number][] = [];
  for (const event of script) {
    const next = apply(position, event, now, rules);
    position = next;
    effects.push(...next.effects);
  }
  return { ...position, effects };
}

const connectingAt = { ...states.connecting, deadline: now + 10_000 };
const connecting: Position = { upstream: connectingAt, turn: initialTurn(0) };
const upTo = (index: number, newHandle = "h1") =>
  resumption({ newHandle, resumable: true, lastConsumedClientMessageIndex: `${index}` });
const named = (name: string): UpstreamMessage => message("text", name);
const sound = (name: string): UpstreamMessage => message("audio", name);
const sent = ({ effects }: ReturnType<typeof play>) =>
  effects.flatMap((effect) => (effect.type === "send" ? [nameOf(effect.message)] : []));
const loss = lost("1006 ");
/** The timer after the backoff. */
const retried = (position: Position): Position => apply(position, timer, now + 60_000, rules);

/** Loses the session and resumes it. @returns what the new session is sent. */
const resume = (position: Position) =>
  play(retried(play(position, loss)), socketOpened, setupComplete);

describe("[VERTEX5] If a session can be resumed to a given message, the relay must resend the messages after it, in order and once", () => {
  it("counts from the setup, which is the first message", () => {
    const session = play(
      connecting,
      setupComplete,
      send(sound("a")),
      send(sound("b")),
      upTo(2),
      send(sound("c")),
    );
    expect(sent(resume(session))).toEqual(["b", "c"]);
  });

  it("sends text again, which then is not unanswered as well", () => {
    const session = play(connecting, setupComplete, upTo(1), send(named("hello")));
    const resumed = resume(session);
    expect(sent(resumed)).toEqual(["hello"]);
    expect(resumed.effects).toContainEqual({
      type: "sendHistory",
      resumed: true,
      unanswered: false,
    });
  });

  it("sends what was queued meanwhile after it, and once", () => {
    const session = play(
      connecting,
      setupComplete,
      upTo(1),
      speech(true),
      send(sound("a")),
      loss,
      send(sound("b")),
    );
    const resumed = play(retried(session), socketOpened, setupComplete);
    expect(sent(resumed)).toEqual(["a", "b"]);
  });

  it("counts the pending queue, and before it the history that a session gets first", () => {
    const pending = new PendingQueue([sound("a"), sound("b")]);
    const session = play({ ...connecting, upstream: { ...connectingAt, pending } }, setupComplete, {
      type: "send",
      message: named("history"),
      seed: true,
    });
    expect(sent(resume(play(session, upTo(3))))).toEqual(["b"]);
  });

  it("treats a session that does not know the handle as any new one", () => {
    const session = play(connecting, setupComplete, upTo(1), send(named("hello")), loss);
    const renewed = play(
      retried(session),
      socketOpened,
      lost("1008 BidiGenerateContent session not found"),
      socketOpened,
      setupComplete,
    );
    expect(sent(renewed)).toEqual([]);
    expect(renewed.effects).toContainEqual({
      type: "sendHistory",
      resumed: false,
      unanswered: true,
    });
  });

  it("counts nothing where the service does not report what it has consumed", () => {
    const { upstream } = apply(connecting, setupComplete, now, usual);
    expect(upstream).toMatchObject({ state: "open", retransmitBuffer: undefined });
  });

  it("drops the oldest audio above the limit, and never text", () => {
    const session = play(
      connecting,
      setupComplete,
      upTo(1),
      send(named("words")),
      ...Array.from({ length: 20 }, (_, at) => send(sound(`${at}`))),
    );
    const again = sent(resume(session));
    expect(again[0]).toBe("words");
    expect(again.slice(1)).toEqual([
      "8",
      "9",
      "10",
      "11",
      "12",
      "13",
      "14",
      "15",
      "16",
      "17",
      "18",
      "19",
    ]);
  });

  it("keeps the newest messages, in order and within the limit, whatever is sent and consumed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom("audio", "text", "first"), fc.nat(60)), {
          maxLength: 60,
        }),
        (script) => {
          const buffer = new RetransmitBuffer(1_000);
          let sent = 1;
          const all: UpstreamMessage[] = [];
          let first = 0;
          let understood = 0;
          for (const each of script) {
            if (typeof each === "number") {
              understood = Math.max(understood, Math.min(each, sent));
              buffer.acknowledge(`${each}`);
            } else if (each === "first" && buffer.messages.length === all.length) {
              const made = named(`${all.length}`);
              all.splice(first++, 0, made);
              buffer.recordSeed(made);
              sent++;
            } else if (each !== "first") {
              const made = each === "text" ? named(`${all.length}`) : sound(`${all.length}`);
              all.push(made);
              buffer.record(made);
              sent++;
            }
          }
          const kept = buffer.messages.map(nameOf);
          expect(buffer.bytes).toBeLessThanOrEqual(1_000);
          const names = all.map(nameOf);
          expect(kept).toEqual(names.filter((each) => kept.includes(each)));
          const left = names.slice(Math.max(0, understood - 1));
          expect(kept.every((each) => left.includes(each))).toBe(true);
          if (left.length <= 10 && all.length <= 10) expect(kept).toEqual(left);
        },
      ),
    );
  });
});

describe("[VERTEX6] After `goAway`, the relay must replace a Vertex connection in a pause only once it has a handle that covers that pause", () => {
  it("waits after turnComplete for the handle of that turn", () => {
    const answered = play(
      connecting,
      setupComplete,
      upTo(1),
      send(named("hello")),
      output,
      resumption({ resumable: false }),
      goAway,
      turnComplete,
    );
    expect(answered.upstream.state).toBe("draining");
    const { upstream, effects } = play(answered, upTo(2, "h2"));
    expect(upstream).toMatchObject({
      state: "connecting",
      handle: "h2",
      retransmission: { messages: [] },
    });
    expect(effects.map((effect) => effect.type)).toEqual(["storeHandle", "closeSocket", "connect"]);
  });

  it("replaces it a second before the close at the latest, by the handle there is, and sends the text again", () => {
    const session = play(
      connecting,
      setupComplete,
      upTo(1),
      send(named("hello")),
      output,
      resumption({ resumable: false }),
      goAway,
      turnComplete,
    );
    const { upstream } = apply(session, timer, now + 9_500, rules);
    expect(upstream).toMatchObject({
      state: "connecting",
      handle: "h1",
      retransmission: { messages: [named("hello")] },
    });
  });
});
