/** Reports on the latest sessions: their client messages with media redacted, and how they ended. */
import type { ClientMessage } from "../protocol/messages.ts";
import { redact } from "../redact.ts";
import type { Session } from "./session.ts";

export interface SessionReport {
  readonly id: string;
  readonly model: string;
  readonly state: "connected" | "disconnected";
  /** The number of resumption handles issued. */
  readonly handles: number;
  readonly connections: number;
  /** The latest client messages, as parsed. */
  readonly received: readonly unknown[];
  /** How the last connection ended. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
}

type MutableReport = { -readonly [Key in keyof SessionReport]: SessionReport[Key] } & {
  received: unknown[];
};

const MAX_SESSIONS = 50;
const MAX_FRAMES = 100;

export class SessionReports {
  readonly #reports = new Map<string, MutableReport>();

  connected({ id, config }: Session): void {
    const existing = this.#reports.get(id);
    const report = existing ?? { id, handles: 0, connections: 0, received: [], closed: undefined };
    const { connections } = report;
    this.#reports.delete(id);
    this.#reports.set(id, {
      ...report,
      model: config.model,
      state: "connected",
      connections: connections + 1,
      closed: undefined,
    });
    for (const oldest of this.#reports.keys()) {
      if (this.#reports.size <= MAX_SESSIONS) return;
      this.#reports.delete(oldest);
    }
  }

  received({ id }: Session, message: ClientMessage): void {
    const frames = this.#reports.get(id)?.received;
    frames?.push(redact(message));
    if (frames !== undefined && frames.length > MAX_FRAMES) frames.shift();
  }

  handleIssued({ id }: Session): void {
    const report = this.#reports.get(id);
    if (report !== undefined) report.handles++;
  }

  closed({ id }: Session, code: number, reason: string): void {
    const report = this.#reports.get(id);
    if (report !== undefined)
      Object.assign(report, { state: "disconnected", closed: { code, reason } });
  }

  all(): SessionReport[] {
    return [...this.#reports.values()].map((report) => ({
      ...report,
      received: [...report.received],
    }));
  }
}
