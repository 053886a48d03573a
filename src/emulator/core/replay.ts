/** Replays a recording: as the server to any client, or as a client to any server. */
import { readEndpoint } from "./protocol/endpoint.ts";
import { type Framing, readFrame, writeFrame } from "./protocol/frames.ts";
import { isRecord } from "./protocol/json.ts";
import type { Clock, Timer } from "./ports.ts";
import type { RecordingEntry } from "./recording.ts";
import type { Connect, SocketHandler, Peer } from "./connection/socket.ts";

/**
 * Answers the n-th connection as the recording's n-th. A server message follows the client's last message after the
 * recorded delay. Audio, video and raw frames do not count as messages here: clients differ in how they split them.
 */
export function createReplayServer(
  recording: readonly RecordingEntry[],
  clock: Clock,
  framing: Framing,
): Connect {
  const connections = byConnection(recording);
  return ({ path }, peer) => {
    const entries = readEndpoint(path) && connections.shift();
    return entries && new ReplayConnection(entries, peer, clock, framing);
  };
}

/** Sends the n-th recorded client's messages at their recorded times; resolves at the recorded close. */
export function replayClient(
  recording: readonly RecordingEntry[],
  connection: number,
  { handler, clock }: { handler: SocketHandler; clock: Clock },
): Promise<void> {
  return new Promise((resolve) => {
    for (const entry of recording.filter((entry) => entry.connection === connection)) {
      if ("client" in entry)
        clock.after(entry.ms, () => handler.receive(JSON.stringify(entry.client)));
      if ("clientRaw" in entry) clock.after(entry.ms, () => handler.receive(entry.clientRaw));
      if (!("close" in entry)) continue;
      const { code, reason, by } = entry.close;
      clock.after(entry.ms, () => {
        if (by === "client") handler.closed(code, reason);
        resolve();
      });
    }
  });
}

/** Groups entries by connection, in the order of opening. An appended recording restarts its connection numbers. */
function byConnection(recording: readonly RecordingEntry[]): RecordingEntry[][] {
  const connections: RecordingEntry[][] = [];
  const current = new Map<number, RecordingEntry[]>();
  for (const entry of recording) {
    const known = "open" in entry ? undefined : current.get(entry.connection);
    const entries = known ?? [];
    if (known === undefined) connections.push(entries);
    current.set(entry.connection, entries);
    entries.push(entry);
  }
  return connections;
}

class ReplayConnection implements SocketHandler {
  readonly #entries: RecordingEntry[];
  readonly #peer: Peer;
  readonly #clock: Clock;
  readonly #framing: Framing;
  #timers: Timer[] = [];

  constructor(entries: readonly RecordingEntry[], peer: Peer, clock: Clock, framing: Framing) {
    this.#entries = [...entries];
    this.#peer = peer;
    this.#clock = clock;
    this.#framing = framing;
    this.#schedule(0);
  }

  receive(frame: Uint8Array | string): void {
    if (!isMessage(readFrame(frame))) return;
    const index = this.#entries.findIndex(isClientMessage);
    if (index < 0) return;
    const [message] = this.#entries.splice(0, index + 1).slice(-1);
    this.#schedule(message?.ms ?? 0);
  }

  closed(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#entries.length = 0;
  }

  /**
   * Schedules the entries before the client's next message. @param sinceMs recorded time of the client's last message.
   */
  #schedule(sinceMs: number): void {
    const next = this.#entries.findIndex(isClientMessage);
    const due = this.#entries.splice(0, next < 0 ? this.#entries.length : next);
    for (const entry of due) {
      this.#timers.push(this.#clock.after(entry.ms - sinceMs, () => this.#emit(entry)));
    }
  }

  #emit(entry: RecordingEntry): void {
    if ("server" in entry && isRecord(entry.server))
      this.#peer.send(writeFrame(entry.server, this.#framing));
    if ("close" in entry && entry.close.by === "server")
      this.#peer.close(entry.close.code, entry.close.reason);
  }
}

function isClientMessage(entry: RecordingEntry): boolean {
  return "client" in entry && isMessage(entry.client);
}

/** Whether the frame is JSON and holds neither audio nor video. */
function isMessage(frame: unknown): boolean {
  if (!isRecord(frame)) return false;
  const input = frame["realtimeInput"] ?? frame["realtime_input"];
  return !isRecord(input) || !MEDIA_KEYS.some((key) => key in input);
}

const MEDIA_KEYS = ["audio", "video", "mediaChunks", "media_chunks"];
