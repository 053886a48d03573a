/** Plays a recording again: as the server, to any client; or as the client, to any server. */
import { readEndpoint } from "./protocol/endpoint.ts";
import { type Framing, readFrame, writeFrame } from "./protocol/frames.ts";
import { isRecord } from "./protocol/json.ts";
import type { Clock, Timer } from "./ports.ts";
import type { RecordingEntry } from "./recording.ts";
import type { Connect, SocketHandler, Peer } from "./connection/socket.ts";

/**
 * Answers the n-th connection as the n-th was answered when it was recorded. What the server says next comes as long
 * after the client's last message as it did then; audio, video and raw frames do not count as messages here, since no
 * two clients cut them alike.
 */
export function createReplayServer(
  recording: readonly RecordingEntry[],
  clock: Clock,
  framing: Framing,
): Connect {
  const parts = byConnection(recording);
  return ({ path }, peer) => {
    const part = readEndpoint(path) && parts.shift();
    return part && new ReplayConnection(part, peer, clock, framing);
  };
}

/** Sends what the n-th recorded client sent, in its time; resolves when it has closed. */
export function replayClient(
  recording: readonly RecordingEntry[],
  connection: number,
  { line, clock }: { line: SocketHandler; clock: Clock },
): Promise<void> {
  return new Promise((resolve) => {
    for (const entry of recording.filter((entry) => entry.connection === connection)) {
      if ("client" in entry)
        clock.after(entry.ms, () => line.receive(JSON.stringify(entry.client)));
      if ("clientRaw" in entry) clock.after(entry.ms, () => line.receive(entry.clientRaw));
      if (!("close" in entry)) continue;
      const { code, reason, by } = entry.close;
      clock.after(entry.ms, () => {
        if (by === "client") line.closed(code, reason);
        resolve();
      });
    }
  });
}

/** In the order in which they were opened. A recording that was appended to counts its connections anew. */
function byConnection(recording: readonly RecordingEntry[]): RecordingEntry[][] {
  const parts: RecordingEntry[][] = [];
  const current = new Map<number, RecordingEntry[]>();
  for (const entry of recording) {
    const known = "open" in entry ? undefined : current.get(entry.connection);
    const part = known ?? [];
    if (known === undefined) parts.push(part);
    current.set(entry.connection, part);
    part.push(entry);
  }
  return parts;
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
    this.#play(0);
  }

  receive(frame: Uint8Array | string): void {
    if (!isMessage(readFrame(frame))) return;
    const at = this.#entries.findIndex(isAnchor);
    if (at < 0) return;
    const [anchor] = this.#entries.splice(0, at + 1).slice(-1);
    this.#play(anchor?.ms ?? 0);
  }

  closed(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#entries.length = 0;
  }

  /** Sends what came before the client's next message. @param since when the last came, in the recording. */
  #play(since: number): void {
    const next = this.#entries.findIndex(isAnchor);
    const due = this.#entries.splice(0, next < 0 ? this.#entries.length : next);
    for (const entry of due) {
      this.#timers.push(this.#clock.after(entry.ms - since, () => this.#say(entry)));
    }
  }

  #say(entry: RecordingEntry): void {
    if ("server" in entry && isRecord(entry.server))
      this.#peer.send(writeFrame(entry.server, this.#framing));
    if ("close" in entry && entry.close.by === "server")
      this.#peer.close(entry.close.code, entry.close.reason);
  }
}

function isAnchor(entry: RecordingEntry): boolean {
  return "client" in entry && isMessage(entry.client);
}

/** Not audio, nor video, nor what is not JSON. */
function isMessage(frame: unknown): boolean {
  if (!isRecord(frame)) return false;
  const input = frame["realtimeInput"] ?? frame["realtime_input"];
  return !isRecord(input) || !MEDIA.some((key) => key in input);
}

const MEDIA = ["audio", "video", "mediaChunks", "media_chunks"];
