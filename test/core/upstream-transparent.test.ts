import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acknowledge,
  recordSent,
  newRetransmitBuffer,
  recordSeed,
  unacknowledgedMessages,
} from "../../src/core/upstream/retransmit-buffer.ts";
import type { UpstreamEvent, UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import { step } from "../../src/core/upstream/fsm.ts";
import type { UpstreamMessage } from "../../src/core/upstream/encoding.ts";
import {
  goAway,
  links,
  now,
  over,
  output,
  rules as usual,
  saying,
  setupComplete,
  update,
} from "./upstream-script.ts";

const rules = { ...usual, transparent: true, maxRetransmitBytes: 1_000 };

/** A link whose session is up, and what happened to it; `recalled` says what a new session is told first. */
function play(start: UpstreamState, ...script: readonly UpstreamEvent[]) {
  let link = start;
  const effects: ReturnType<typeof step>[1][number][] = [];
  for (const happening of script) {
    const [next, more] = step(link, happening, now, rules);
    link = next;
    effects.push(...more);
  }
  return { link, effects };
}

const dialling: UpstreamState = { ...links.dialling, deadline: now + 10_000 };
const say = (each: UpstreamMessage): UpstreamEvent => ({ type: "say", message: each });
const upTo = (index: number, newHandle = "h1") =>
  update({ newHandle, resumable: true, lastConsumedClientMessageIndex: `${index}` });
const named = (text: string): UpstreamMessage => ({
  ...saying("text"),
  payload: { realtimeInput: { text } },
});
const sound = (text: string): UpstreamMessage => ({ ...named(text), kind: "audio" });
const sent = (effects: ReturnType<typeof play>["effects"]) =>
  effects.flatMap((effect) =>
    effect.type === "send" && "realtimeInput" in effect.message.payload
      ? [(effect.message.payload.realtimeInput as { text: string }).text]
      : [],
  );
const lost: UpstreamEvent = { type: "dropped", reason: "1006 " };

/** Lost, and resumed. @returns what the new session is sent. */
function resume(link: UpstreamState) {
  const { link: waiting } = play(link, lost);
  const [dialled] = step(waiting, { type: "clock" }, now + 60_000, rules);
  return play(dialled, { type: "opened" }, setupComplete);
}

describe("[VERTEX5] what a session that can be resumed to the message has not understood is said again, and no more", () => {
  it("counted from the setup on, which is the first", () => {
    const { link } = play(
      dialling,
      setupComplete,
      say(sound("a")),
      say(sound("b")),
      upTo(2),
      say(sound("c")),
    );
    expect(sent(resume(link).effects)).toEqual(["b", "c"]);
  });

  it("words too, which are then not asked for a second time", () => {
    const { link } = play(dialling, setupComplete, upTo(1), say(named("hello")));
    const { effects } = resume(link);
    expect(sent(effects)).toEqual(["hello"]);
    expect(effects).toContainEqual({ type: "recall", resumed: true, unanswered: false });
  });

  it("what was said meanwhile comes after it, and once", () => {
    const { link } = play(
      dialling,
      setupComplete,
      upTo(1),
      { type: "speech", on: true },
      say(sound("a")),
      lost,
      say(sound("b")),
    );
    const [dialled] = step(link, { type: "clock" }, now + 60_000, rules);
    expect(sent(play(dialled, { type: "opened" }, setupComplete).effects)).toEqual(["a", "b"]);
  });

  it("what was held is counted, and what the session is told first is counted before it", () => {
    const { link } = play(
      { ...dialling, pending: { messages: [sound("a"), sound("b")], bytes: 200 } },
      setupComplete,
      { type: "say", message: named("history"), seed: true },
    );
    expect(sent(resume(play(link, upTo(3)).link).effects)).toEqual(["b"]);
  });

  it("a session that does not know the handle hears what any new one does", () => {
    const { link } = play(dialling, setupComplete, upTo(1), say(named("hello")));
    const { link: waiting } = play(link, lost);
    const [dialled] = step(waiting, { type: "clock" }, now + 60_000, rules);
    const { effects } = play(
      dialled,
      { type: "opened" },
      { type: "dropped", reason: "1008 BidiGenerateContent session not found" },
      { type: "opened" },
      setupComplete,
    );
    expect(sent(effects)).toEqual([]);
    expect(effects).toContainEqual({ type: "recall", resumed: false, unanswered: true });
  });

  it("where the service does not say, nothing is counted", () => {
    const [link] = step(dialling, setupComplete, now, usual);
    expect(link).toMatchObject({ state: "live", retransmitBuffer: undefined });
  });

  it("bounded: the oldest sound makes room, and words stay", () => {
    const { link } = play(
      dialling,
      setupComplete,
      upTo(1),
      say(named("words")),
      ...Array.from({ length: 20 }, (_, at) => say(sound(`${at}`))),
    );
    const again = sent(resume(link).effects);
    expect(again[0]).toBe("words");
    expect(again.slice(1)).toEqual(["11", "12", "13", "14", "15", "16", "17", "18", "19"]);
  });

  it("whatever is sent and understood: what is kept is the newest, in order, and within the bound", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom("audio", "text", "first"), fc.nat(60)), {
          maxLength: 60,
        }),
        (script) => {
          let ledger = newRetransmitBuffer;
          const all: UpstreamMessage[] = [];
          let first = 0;
          let understood = 0;
          for (const each of script) {
            if (typeof each === "number") {
              understood = Math.max(understood, Math.min(each, ledger.sent));
              ledger = acknowledge(ledger, `${each}`);
            } else if (each === "first" && ledger.entries.length === all.length) {
              const said = named(`${all.length}`);
              all.splice(first++, 0, said);
              ledger = recordSeed(ledger, said, 1_000);
            } else if (each !== "first") {
              const said = each === "text" ? named(`${all.length}`) : sound(`${all.length}`);
              all.push(said);
              ledger = recordSent(ledger, said, 1_000);
            }
          }
          const kept = unacknowledgedMessages(ledger);
          expect(ledger.bytes).toBeLessThanOrEqual(1_000);
          expect(kept).toEqual(all.filter((saying) => kept.includes(saying)));
          const left = all.slice(Math.max(0, understood - 1));
          expect(kept.every((saying) => left.includes(saying))).toBe(true);
          if (left.length <= 10 && all.length <= 10) expect(kept).toEqual(left);
        },
      ),
    );
  });
});

describe("[VERTEX6] a link is changed in a pause only once the session can be resumed to it", () => {
  it("after turnComplete it waits for the handle of that turn", () => {
    const speaking = play(
      dialling,
      setupComplete,
      upTo(1),
      say(named("hello")),
      output,
      update({ resumable: false }),
      goAway,
      over,
    );
    expect(speaking.link.state).toBe("leaving");
    const { link, effects } = play(speaking.link, upTo(2, "h2"));
    expect(link).toMatchObject({
      state: "dialling",
      handle: "h2",
      retransmission: { messages: [] },
    });
    expect(effects.map((effect) => effect.type)).toEqual(["keep", "hang up", "dial"]);
  });

  it("at the latest a second before the end, with the handle there is, and says it again", () => {
    const { link } = play(
      dialling,
      setupComplete,
      upTo(1),
      say(named("hello")),
      output,
      update({ resumable: false }),
      goAway,
      over,
    );
    const [next] = step(link, { type: "clock" }, now + 9_500, rules);
    expect(next).toMatchObject({
      state: "dialling",
      handle: "h1",
      retransmission: { messages: [named("hello")] },
    });
  });
});
