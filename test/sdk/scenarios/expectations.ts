/** The expected result of each scenario. Plain assertions, so that any runner can use them. */
import assert from "node:assert/strict";
import type { TestRecognizer } from "../../support/recognizer.ts";
import { wordErrorRate } from "../../support/wer.ts";
import { hasAudio, inputTranscript, interrupted, outputTranscript, audioMs } from "../session.ts";
import type { ScenarioName } from "./scenarios.ts";
import type { ScenarioResult } from "./setup.ts";

export interface ExpectationContext {
  /** Whether parley stands between the client and the service. */
  readonly through: boolean;
  readonly person: string;
  readonly listener: TestRecognizer;
}

type Expectation = (result: ScenarioResult, context: ExpectationContext) => unknown;

export const expectations: Record<ScenarioName, Expectation> = {
  text: ({ messages }) => {
    assert.equal(outputTranscript(messages).trim(), "Two plus two is four.");
    assert.ok(audioMs(messages) > 500);
    assert.ok(messages.some(({ usageMetadata }) => (usageMetadata?.totalTokenCount ?? 0) > 0));
  },
  spoken: async ({ messages }, { listener: recognizer }) => {
    assert.equal(
      wordErrorRate("Who are you?", inputTranscript(messages)),
      0,
      inputTranscript(messages),
    );
    const answer = outputTranscript(messages);
    assert.match(answer, /emulator/);
    const recognized = await recognizer.transcribe(soundOf(messages), 24_000);
    assert.ok(wordErrorRate(answer, recognized) <= 0.25, `"${answer}", recognized "${recognized}"`);
  },
  bargeIn: ({ messages, from }) => {
    const after = messages.slice(from);
    const end = after.findIndex(({ serverContent }) => serverContent?.turnComplete === true);
    assert.equal(messages.filter(interrupted).length, 1);
    assert.equal(after.slice(0, end).some(hasAudio), false, "sound of the story that was cut");
    assert.match(outputTranscript(after), /is four/);
  },
  clientTool: ({ messages }) => {
    const [call, ...more] = callsIn(messages);
    assert.deepEqual(more, []);
    assert.equal(call?.name, "get_weather");
    assert.deepEqual(call?.args, { city: "Lisbon" });
    assert.match(outputTranscript(messages), /sunny in Lisbon/);
  },
  contextUpdate: ({ messages, from }) => {
    assert.match(outputTranscript(messages.slice(0, from)), /Maya/);
    assert.deepEqual(
      callsIn(messages).map(({ name, args }) => [name, args]),
      [["get_weather", { city: "Lisbon" }]],
    );
    assert.match(outputTranscript(messages.slice(from)), /sunny in Lisbon/);
  },
  serverTool: ({ messages, from }) => {
    assert.match(
      outputTranscript(messages.slice(0, from)),
      /\b(one|two|three|four|five|six|[1-6])\b/i,
    );
    assert.deepEqual(
      callsIn(messages).map(({ name }) => name),
      ["get_weather"],
    );
    assert.match(outputTranscript(messages.slice(from)), /sunny in Lisbon/);
  },
  token: ({ messages }) => assert.match(outputTranscript(messages), /Maya/),
  goAway: ({ messages, from, lost }, { through, person }) => {
    const goAways = messages.flatMap(({ goAway }) => goAway ?? []);
    if (through) {
      assert.match(outputTranscript(messages.slice(from)), /is four/);
      assert.equal(messages.some(interrupted), false);
      assert.deepEqual(goAways, []);
      assert.equal(lost, undefined);
      assert.ok(outputTranscript(messages.slice(from)).includes(person));
      return;
    }
    assert.deepEqual(goAways, [{ timeLeft: "6s" }]);
    assert.equal(lost?.code, 1011);
  },
};

const callsIn = (messages: ScenarioResult["messages"]) =>
  messages.flatMap(({ toolCall }) => toolCall?.functionCalls ?? []);

/** All the audio, as samples at 24 kHz. */
function soundOf(messages: ScenarioResult["messages"]): Int16Array {
  const bytes = Buffer.concat(
    messages
      .flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? [])
      .map(({ inlineData }) => Buffer.from(inlineData?.data ?? "", "base64")),
  );
  return new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~1)),
  );
}
