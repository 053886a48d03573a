import { describe, expect, test } from "vitest";
import { DEFAULT_FRAMING } from "../../src/emulator/core/protocol/frames.ts";
import {
  type RecordingEntry,
  parseRecording,
  formatEntry,
} from "../../src/emulator/core/recording.ts";
import { replayClient, createReplayServer } from "../../src/emulator/core/replay.ts";
import { scriptedPorts, silence, tone } from "../support/scripted.ts";
import {
  Client,
  DEFAULT_SETUP,
  outline,
  outputTranscript,
  speak,
  startEmulator,
  STUDIO,
  sendText,
} from "./client.ts";

/** A conversation of one typed and one spoken turn, closed by the client. */
async function recorded(): Promise<{ entries: RecordingEntry[]; client: Client }> {
  const entries: RecordingEntry[] = [];
  const { dial, ports } = startEmulator({ onEntry: (entry) => entries.push(entry) });
  const client = dial({ query: { key: "secret-key" } });
  client.send({ setup: DEFAULT_SETUP });
  await ports.clock.advance(500);
  sendText(client, "hi");
  await ports.clock.advance(3000);
  await speak(client, ports, tone(1000));
  await speak(client, ports, silence(1500));
  await ports.clock.advance(3000);
  client.disconnect(1000, "bye");
  return { entries, client };
}

describe("recordings", () => {
  test("[EMU56] hold every frame of both directions with its time and no key, and survive a round trip", async () => {
    const { entries, client } = await recorded();
    expect(entries[0]).toEqual({ connection: 1, ms: 0, open: STUDIO });
    expect(entries[1]).toEqual({ connection: 1, ms: 0, client: { setup: DEFAULT_SETUP } });
    expect(entries.at(-1)).toMatchObject({ close: { code: 1000, reason: "bye", by: "client" } });
    const server = entries.flatMap((e) =>
      "server" in e ? [{ ...(e.server as object), at: e.ms }] : [],
    );
    expect(server).toEqual(client.messages);
    expect(entries.filter((e) => "client" in e)).toHaveLength(2 + 125);
    const text = entries.map(formatEntry).join("");
    expect(text).not.toContain("secret-key");
    expect(parseRecording(text)).toEqual(entries);
  });

  test("[EMU56] hold frames that are not JSON, and the server's own close", async () => {
    const entries: RecordingEntry[] = [];
    const { dial } = startEmulator({ onEntry: (entry) => entries.push(entry) });
    const client = dial();
    client.send("nonsense");
    expect(entries.slice(1)).toEqual([
      { connection: 1, ms: 0, clientRaw: "nonsense" },
      { connection: 1, ms: 0, close: { ...client.closed, by: "server" } },
    ]);
  });

  test("[EMU56] the error for a malformed line names the line", () => {
    expect(() => parseRecording('{"connection":1,"ms":0,"open":"/"}\n{"a":1}\n')).toThrow("Line 2");
  });

  test("[EMU57] replayed as the client, a recording yields the same conversation", async () => {
    const { entries, client } = await recorded();
    const { emulator, ports } = startEmulator();
    const again = new Client(emulator, ports, {});
    const over = replayClient(entries, 1, { handler: again.handler!, clock: ports.clock });
    await ports.clock.advance(20_000);
    await over;
    expect(again.messages).toEqual(client.messages);
    expect(emulator.stats().sockets).toBe(0);
  });

  test("[EMU57] replayed as the server, a recording yields the same answers, however the client splits its audio", async () => {
    const { entries, client: original } = await recorded();
    const ports = scriptedPorts();
    const connect = createReplayServer(entries, ports.clock, DEFAULT_FRAMING);
    const client = new Client({ connect }, ports, {});
    await ports.clock.advance(1000);
    expect(client.take()).toEqual([]);
    client.send({ setup: {} });
    await ports.clock.advance(2000);
    expect(outline(client.take())).toEqual(["setupComplete"]);
    sendText(client, "hi");
    await speak(client, ports, silence(300));
    await ports.clock.advance(20_000);
    const messages = client.take();
    expect(outline(messages)).toEqual(outline(original.messages).slice(1));
    expect(outputTranscript(messages)).toBe(outputTranscript(original.messages));
    expect(new Client({ connect }, ports, {}).found).toBe(false);
  });
});
