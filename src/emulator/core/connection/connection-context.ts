/** What a talk needs from the connection it is on. */
import type { TimersContext } from "./timers.ts";
import type { Close } from "../protocol/close-codes.ts";
import type { ActiveFaults } from "../faults/fault-injector.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import type { ToolOptions } from "../options.ts";
import type { Ports } from "../ports.ts";
import type { Surface } from "../schema/fields.ts";

export interface ConnectionContext extends TimersContext {
  readonly ports: Ports;
  readonly surface: Surface;
  readonly tools: ToolOptions;
  /** How often the user's words so far are told, ms of audio. */
  readonly interimMs: number | undefined;
  readonly counts: { timers: number; turns: number };
  /** How the connection misbehaves. */
  activeFaults(): ActiveFaults;
  send(message: ServerMessage): void;
  /** The model is about to take the floor. */
  turnStarting(): void;
  /** The model has taken the floor, or given it back. @param settled nothing is under way, and no function is waited for. */
  turnStateChanged(settled: boolean): void;
  /** The session's first video frame has come. */
  videoReceived(): void;
  /** Ends the connection. */
  close(close: Close): void;
  /** Something failed that the talk survives. */
  reportError(error: unknown): void;
  /** Something failed that ends the connection. */
  failed(error: unknown): void;
}
