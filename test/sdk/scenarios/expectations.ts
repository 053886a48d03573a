/** What must have come of each play. Plain assertions, so that any runner can use them. */
import assert from "node:assert/strict";
import type { Listener } from "../../support/listen.ts";
import { wordErrorRate } from "../../support/wer.ts";
import { hasAudio, heard, interrupted, said, soundMs } from "../session.ts";
import type { Play } from "./scenarios.ts";
import type { Story } from "./setup.ts";

export interface Court {
  /** Whether parley stands between the client and the service. */
  readonly through: boolean;
  readonly person: string;
  readonly listener: Listener;
}

type Verdict = (story: Story, court: Court) => unknown;

export const verdicts: Record<Play, Verdict> = {
  text: ({ messages }) => {
    assert.equal(said(messages).trim(), "Two plus two is four.");
    assert.ok(soundMs(messages) > 500);
    assert.ok(messages.some(({ usageMetadata }) => (usageMetadata?.totalTokenCount ?? 0) > 0));
  },
  spoken: async ({ messages }, { listener }) => {
    assert.equal(wordErrorRate("Who are you?", heard(messages)), 0, heard(messages));
    const answer = said(messages);
    assert.match(answer, /emulator/);
    const recognised = await listener.words(soundOf(messages), 24_000);
    assert.ok(wordErrorRate(answer, recognised) <= 0.25, `"${answer}", heard "${recognised}"`);
  },
  bargeIn: ({ messages, from }) => {
    const after = messages.slice(from);
    const end = after.findIndex(({ serverContent }) => serverContent?.turnComplete === true);
    assert.equal(messages.filter(interrupted).length, 1);
    assert.equal(after.slice(0, end).some(hasAudio), false, "sound of the story that was cut");
    assert.match(said(after), /is four/);
  },
  clientTool: ({ messages }) => {
    const [call, ...more] = callsIn(messages);
    assert.deepEqual(more, []);
    assert.equal(call?.name, "get_weather");
    assert.deepEqual(call?.args, { city: "Lisbon" });
    assert.match(said(messages), /sunny in Lisbon/);
  },
  serverTool: ({ messages, from }) => {
    assert.match(said(messages.slice(0, from)), /\b(one|two|three|four|five|six|[1-6])\b/i);
    assert.deepEqual(
      callsIn(messages).map(({ name }) => name),
      ["get_weather"],
    );
    assert.match(said(messages.slice(from)), /sunny in Lisbon/);
  },
  token: ({ messages }) => assert.match(said(messages), /Maya/),
  goAway: ({ messages, from, lost }, { through, person }) => {
    const told = messages.flatMap(({ goAway }) => goAway ?? []);
    if (through) {
      assert.match(said(messages.slice(from)), /is four/);
      assert.equal(messages.some(interrupted), false);
      assert.deepEqual(told, []);
      assert.equal(lost, undefined);
      assert.ok(said(messages.slice(from)).includes(person));
      return;
    }
    assert.deepEqual(told, [{ timeLeft: "6s" }]);
    assert.equal(lost?.code, 1011);
  },
};

const callsIn = (messages: Story["messages"]) =>
  messages.flatMap(({ toolCall }) => toolCall?.functionCalls ?? []);

/** All the sound, as samples at 24 kHz. */
function soundOf(messages: Story["messages"]): Int16Array {
  const bytes = Buffer.concat(
    messages
      .flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? [])
      .map(({ inlineData }) => Buffer.from(inlineData?.data ?? "", "base64")),
  );
  return new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~1)),
  );
}
