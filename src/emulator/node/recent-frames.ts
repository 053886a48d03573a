/** The latest frames of all connections, for the debug endpoints; media are redacted. */
import type { RecordingEntry } from "../core/recording.ts";
import { redact } from "../core/redact.ts";

const MAX_ENTRIES = 1000;
/** A frame that is not JSON may be broken media: shows just enough to recognize it. */
const MAX_RAW_CHARACTERS = 100;

export class RecentFrames {
  #entries: RecordingEntry[] = [];

  add(entry: RecordingEntry): void {
    this.#entries.push(redacted(entry));
    // Trims by half: removing one entry for each new one would move the array every time.
    if (this.#entries.length >= 2 * MAX_ENTRIES) this.#entries = this.#entries.slice(-MAX_ENTRIES);
  }

  /** Oldest first. @param connection the connection's ordinal as text; undefined selects all. */
  frames(connection: string | undefined): RecordingEntry[] {
    const isWanted = (entry: RecordingEntry) =>
      connection === undefined || String(entry.connection) === connection;
    return this.#entries.slice(-MAX_ENTRIES).filter(isWanted);
  }
}

function redacted(entry: RecordingEntry): RecordingEntry {
  if ("clientRaw" in entry)
    return { ...entry, clientRaw: entry.clientRaw.slice(0, MAX_RAW_CHARACTERS) };
  if ("client" in entry) return { ...entry, client: redact(entry.client) };
  return "server" in entry ? { ...entry, server: redact(entry.server) } : entry;
}
