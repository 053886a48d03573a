/** A message handler's interface to its connection. */
import type { TimersContext } from "./timers.ts";
import type { ConnectionEnd } from "../protocol/close-codes.ts";
import type { ActiveFaults } from "../faults/fault-injector.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import type { ToolOptions } from "../options.ts";
import type { Ports } from "../ports.ts";
import type { Surface } from "../schema/fields.ts";

export interface ConnectionContext extends TimersContext {
  readonly ports: Ports;
  readonly surface: Surface;
  readonly tools: ToolOptions;
  /** Audio between two interim transcripts, ms. */
  readonly interimMs: number | undefined;
  readonly counters: { timers: number; turns: number };
  /** The faults in effect on this connection. */
  activeFaults(): ActiveFaults;
  send(message: ServerMessage): void;
  /** Called before a model turn starts; a fault may close the connection here. */
  turnStarting(): void;
  /** Called once an interrupted turn is complete. */
  turnInterrupted(): void;
  /** Called when a model turn starts or ends. @param settled no turn is active and no tool call is pending. */
  turnStateChanged(settled: boolean): void;
  /** Called for the session's first video frame. */
  videoReceived(): void;
  end(end: ConnectionEnd): void;
  /** Reports an error that the connection survives. */
  reportError(error: unknown): void;
  /** Reports an error and closes the connection. */
  failed(error: unknown): void;
}
