import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { type Received, speak, startEmulator, type TestEmulator } from "./client.ts";

const interim = (messages: readonly Received[]) =>
  messages.flatMap((m) => m.serverContent?.interimInputTranscription?.text ?? []);

async function utter(on: TestEmulator, setup: object = {}): Promise<Received[]> {
  const client = await on.ready(setup);
  await speak(client, on.ports, tone(1800));
  await speak(client, on.ports, silence(1400));
  return client.take();
}

describe("interim transcripts", () => {
  test("[EMU63] are sent while the user speaks, and the whole transcript at the end", async () => {
    const on = startEmulator({ interimMs: 500 });
    on.ports.recognizer.transcripts.push("what", "what time", "what time is it");
    const messages = await utter(on);
    expect(interim(messages)).toEqual(["what", "what time", "what time is it"]);
    const kinds = messages.map((m) => Object.keys(m.serverContent ?? m)[0]);
    expect(kinds.lastIndexOf("interimInputTranscription")).toBeLessThan(
      kinds.indexOf("inputTranscription"),
    );
  });

  test("[EMU63] are sent between the client's own activity marks, too", async () => {
    const on = startEmulator({ interimMs: 500 });
    const client = await on.ready({
      realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    });
    client.send({ realtimeInput: { activityStart: {} } });
    await speak(client, on.ports, tone(600));
    expect(interim(client.take())).toEqual(["hello"]);
  });

  test("[EMU63] are not sent when unchanged, late, without transcription, or by default", async () => {
    const on = startEmulator({ interimMs: 500 });
    expect(interim(await utter(on))).toEqual(["hello"]);
    expect(interim(await utter(on, { inputAudioTranscription: undefined }))).toEqual([]);
    expect(interim(await utter(startEmulator()))).toEqual([]);
    const slow = startEmulator({ interimMs: 1500 });
    slow.ports.recognizer.slow = true;
    const client = await slow.ready();
    await speak(client, slow.ports, tone(1800));
    await speak(client, slow.ports, silence(1400));
    slow.ports.recognizer.release();
    await slow.ports.clock.advance(1);
    const messages = client.take();
    expect(messages.some((m) => m.serverContent?.inputTranscription !== undefined)).toBe(true);
    expect(interim(messages)).toEqual([]);
  });
});
