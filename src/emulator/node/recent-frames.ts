/** The latest frames of all connections, either way, for whoever looks in. Media are told by their size. */
import type { RecordingEntry } from "../core/recording.ts";
import { redact } from "../core/redact.ts";

const most = 1000;
/** What is not JSON may be a broken frame of media: no more of it than it takes to see that. */
const rawShown = 100;

export class RecentFrames {
  #entries: RecordingEntry[] = [];

  add(entry: RecordingEntry): void {
    this.#entries.push(shown(entry));
    // Half at a time: a list that loses its first entry with each new one is moved each time.
    if (this.#entries.length >= 2 * most) this.#entries = this.#entries.slice(-most);
  }

  /** Oldest first. @param connection its number as text; all of them when undefined. */
  frames(connection: string | undefined): RecordingEntry[] {
    const wanted = (entry: RecordingEntry) =>
      connection === undefined || String(entry.connection) === connection;
    return this.#entries.slice(-most).filter(wanted);
  }
}

function shown(entry: RecordingEntry): RecordingEntry {
  if ("clientRaw" in entry) return { ...entry, clientRaw: entry.clientRaw.slice(0, rawShown) };
  if ("client" in entry) return { ...entry, client: redact(entry.client) };
  return "server" in entry ? { ...entry, server: redact(entry.server) } : entry;
}
