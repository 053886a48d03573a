/** What is told about the latest sessions: what their clients sent, and how they ended. Media are told by their size. */
import type { ClientMessage } from "../protocol/messages.ts";
import { redact } from "../redact.ts";
import type { Session } from "./session.ts";

export interface SessionReport {
  readonly id: string;
  readonly model: string;
  readonly state: "connected" | "disconnected";
  /** How many resumption handles it was given. */
  readonly handles: number;
  readonly connections: number;
  /** The client's latest frames, as read. */
  readonly received: readonly unknown[];
  /** How its last connection ended. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
}

type Writable = { -readonly [Key in keyof SessionReport]: SessionReport[Key] } & {
  received: unknown[];
};

const MOST_SESSIONS = 50;
const MOST_FRAMES = 100;

export class SessionReports {
  readonly #reports = new Map<string, Writable>();

  connected({ id, config }: Session): void {
    const known = this.#reports.get(id);
    const report = known ?? { id, handles: 0, connections: 0, received: [], closed: undefined };
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
      if (this.#reports.size <= MOST_SESSIONS) return;
      this.#reports.delete(oldest);
    }
  }

  received({ id }: Session, message: ClientMessage): void {
    const frames = this.#reports.get(id)?.received;
    frames?.push(redact(message));
    if (frames !== undefined && frames.length > MOST_FRAMES) frames.shift();
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
