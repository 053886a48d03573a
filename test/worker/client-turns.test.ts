/** Clients of parley.v1 that mark where their speech begins and ends, against the emulator. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Event } from "../../src/wire/adk.ts";
import { join, pause, statement } from "../support/intonation.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { summarize } from "./fault-conversation.ts";
import { connectNative, pathOf } from "./native.ts";
import { setAgent } from "./upstreams.ts";

type ActivityDetection = NonNullable<
  NonNullable<Parameters<typeof agent>[0]["runConfig"]>["activityDetection"]
>;

async function conversationOf(query: string, activityDetection?: ActivityDetection) {
  const conversation = newConversation();
  const runConfig = { activityDetection };
  const named = { name: "assistant", model: "gemini-3.8-live", instruction: "Answer." };
  setAgent(conversation.object, agent({ ...named, runConfig }));
  const upstream = emulated(conversation.object, { clocked: true });
  upstream.ports.recognizer.transcripts.push("one", "two");
  const { client } = await connectNative(pathOf(conversation.object) + query);
  await client.hello();
  return {
    ...conversation,
    ...upstream,
    client,
    play: async (
      samples: Int16Array<ArrayBuffer>,
      to: { send(pcm: ArrayBuffer): void } = client,
    ) => {
      for (let at = 0; at < samples.length; at += 1_600) {
        to.send(samples.slice(at, at + 1_600).buffer);
        await upstream.pass(100);
      }
    },
    wait: (condition: (event: Event) => boolean) => until(client.event(condition), upstream.pass),
    events: () => summarize(client.of("event").map(({ event }) => event)),
    /** The realtime input by its field; consecutive audio is one. */
    inputs: () =>
      upstream.received
        .flatMap((message) =>
          "realtimeInput" in message ? Object.keys(message.realtimeInput) : [],
        )
        .filter((kind, at, all) => kind !== "audio" || all[at - 1] !== "audio"),
    detection: () => JSON.stringify(upstream.received[0]).includes('"disabled":true'),
  };
}

const completes = ({ turnComplete }: Event) => turnComplete === true;
const answered = (text: string) => [
  `user: ${text}`,
  "answer",
  `agent: You said: ${text}.`,
  "complete",
];
const onePhrase = join(statement(1_000), pause(2_500), statement(1_000));

describe("[GATE14] a parley.v1 client marks its activity, whoever detects speech", () => {
  it("the service: the end of the activity ends the audio stream, and the model answers", async () => {
    const { client, play, wait, events, inputs } = await conversationOf("");
    client.send({ type: "activity", on: true });
    await play(statement(1_200));
    client.send({ type: "activity", on: false });
    await wait(completes);
    expect(events()).toEqual(answered("one"));
    expect(inputs()).toEqual(["audio", "audioStreamEnd"]);
    expect(client.of("error")).toEqual([]);
  });

  it("nobody: the end of the audio stream ends the activity", async () => {
    const { client, play, wait, events, inputs } = await conversationOf("", { disabled: true });
    client.send({ type: "activity", on: true });
    await play(statement(1_200));
    client.send({ type: "audioEnd" });
    await wait(completes);
    expect(events()).toEqual(answered("one"));
    expect(inputs()).toEqual(["activityStart", "audio", "activityEnd"]);
  });
});

describe("[GATE15] turns=client", () => {
  it("opens the session without the service's detection: no pause ends the client's activity", async () => {
    const { client, play, wait, events, inputs, detection } = await conversationOf("&turns=client");
    client.send({ type: "activity", on: true });
    await play(onePhrase);
    client.send({ type: "activity", on: false });
    await wait(completes);
    expect(detection()).toBe(true);
    expect(events()).toEqual(answered("one"));
    expect(inputs()).toEqual(["activityStart", "audio", "activityEnd"]);
  });

  it("a client that comes back alone and asks for it gets such a session", async () => {
    const { object, client, play, wait, received } = await conversationOf("");
    await play(join(pause(500), statement(1_200), pause(2_000)));
    await wait(completes);
    client.close();
    const { client: again } = await connectNative(`${pathOf(object)}&turns=client`);
    await again.hello();
    again.send({ type: "activity", on: true });
    await play(onePhrase, again);
    again.send({ type: "activity", on: false });
    const setups = received.filter((message) => "setup" in message);
    expect(setups.map((setup) => JSON.stringify(setup).includes('"disabled":true'))).toEqual([
      false,
      true,
    ]);
  });

  it("a client without marks is heard, too", async () => {
    const { object, play, wait, events } = await conversationOf("&turns=client");
    const { client: other } = await connectNative(pathOf(object));
    await other.hello();
    await play(join(pause(500), statement(1_200), pause(1_500)), other);
    await wait(completes);
    expect(events()).toEqual(answered("one"));
  });

  it("without it, and where the author has chosen, the session is the author's", async () => {
    for (const [query, detection, disabled] of [
      ["", undefined, false],
      ["&turns=client", { by: "service" }, false],
      ["&turns=client", { disabled: true }, true],
    ] as const) {
      const conversation = await conversationOf(query, detection);
      while (conversation.received.length === 0) await conversation.pass(50);
      expect(conversation.detection()).toBe(disabled);
    }
  });
});
