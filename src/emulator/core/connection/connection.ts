/** One client connection, from the upgrade to the close. */
import { Timers } from "./timers.ts";
import type { AuthResult } from "../protocol/auth.ts";
import { type Close, type ConnectionEnd, closes, invalidPayload } from "../protocol/close-codes.ts";
import type { ConnectionContext } from "./connection-context.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { admitSession } from "./session-admission.ts";
import type { Fault } from "../faults/fault.ts";
import { FaultInjector, type FaultTarget } from "../faults/fault-injector.ts";
import { applyTranscriptFaults, transcriptToRepeat } from "../faults/transcript-faults.ts";
import { rawText, readFrame } from "../protocol/frames.ts";
import type { ClientMessage, ServerMessage, Setup } from "../protocol/messages.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { ConnectionState } from "./connection-state.ts";
import { type Delay, sampleDelay, measuredLatency } from "../profiles/latency.ts";
import type { RecordedEvent } from "../recording.ts";
import { readClientMessage } from "../schema/client.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "../session/session.ts";
import type { SocketHandler, Peer } from "./socket.ts";
import { increment } from "../stats.ts";
import { AttachedSession } from "./attached-session.ts";
import type { EphemeralToken } from "../tokens/tokens.ts";

/** Bounds the memory that a client can claim before setupComplete. */
const MAX_EARLY_MESSAGES = 1_000;

interface UpgradeInfo {
  readonly endpoint: Endpoint;
  /** As the client wrote it, without the query. */
  readonly path: string;
  readonly auth: AuthResult;
}

export class Connection implements SocketHandler {
  /** The connection's ordinal in this emulator, from 1. */
  readonly number: number;
  readonly #server: ServerState;
  readonly #endpoint: Endpoint;
  readonly #writer: FrameWriter;
  readonly #timers: Timers;
  #state: ConnectionState = { kind: "awaitingSetup" };
  readonly #openedAt: number;
  readonly #faults: FaultInjector;
  #token: EphemeralToken | undefined;

  constructor(server: ServerState, { endpoint, path, auth }: UpgradeInfo, peer: Peer) {
    this.#server = server;
    this.#endpoint = endpoint;
    this.#timers = new Timers(this.#context());
    this.#openedAt = this.#timers.now();
    this.number = server.addConnection(this);
    this.#writer = new FrameWriter(peer, {
      framing: server.options.framing,
      counters: server.counters,
      record: (event) => this.#record(event),
    });
    this.#record({ open: path });
    this.#faults = new FaultInjector(this.number, server.faults, this.#faultTarget());
    if ("token" in auth) this.#token = auth.token;
    else if (this.#state.kind !== "closed") this.#reject(auth.refusal, measuredLatency.refusal);
  }

  /** Adds a fault. @returns whether the fault is for this connection. */
  injectFault(fault: Fault): boolean {
    return this.#faults.add(fault);
  }

  get waiting(): number {
    return this.#attached?.handler.waiting ?? 0;
  }

  get dropped(): number {
    return this.#attached?.handler.dropped ?? 0;
  }

  receive(frame: Uint8Array | string): void {
    if (this.#ignoresInput) return;
    try {
      this.#faults.countMessage();
      if (this.#ignoresInput) return;
      if (this.#token !== undefined && this.#timers.now() >= this.#token.expiresAt)
        return this.#close(closes.keyExpired);
      const outcome = this.#read(frame);
      if (outcome !== undefined) this.#close(outcome);
    } catch (error) {
      this.#fail(error);
    }
  }

  closed(code: number, reason: string): void {
    if (this.#state.kind !== "closed") this.#record({ close: { code, reason, by: "client" } });
    this.#writer.markClosed();
    this.#release({ code, reason });
  }

  get #ignoresInput(): boolean {
    const { kind } = this.#state;
    return kind === "closed" || kind === "rejected" || this.#writer.frozen;
  }

  get #attached(): AttachedSession | undefined {
    return "attached" in this.#state ? this.#state.attached : undefined;
  }

  #read(frame: Uint8Array | string): Close | undefined {
    const value = readFrame(frame);
    this.#record(value === undefined ? { clientRaw: rawText(frame) } : { client: value });
    if (value === undefined)
      return invalidPayload("Invalid JSON payload received. Unexpected token.");
    const result = readClientMessage(value, this.#endpoint.surface, this.#endpoint.version);
    if ("error" in result) return invalidPayload(result.error);
    for (const kind of Object.keys(result.message)) increment(this.#server.counters.received, kind);
    return this.#dispatch(result.message);
  }

  #dispatch(message: ClientMessage): Close | undefined {
    const state = this.#state;
    if (state.kind === "awaitingSetup") return this.#dispatchFirst(message);
    if (!("attached" in state)) return undefined;
    if (state.kind === "open") return state.attached.receive(message);
    if ("setup" in message || state.early.length >= MAX_EARLY_MESSAGES)
      return closes.invalidArgument;
    state.early.push(message);
    return undefined;
  }

  #dispatchFirst(message: ClientMessage): Close | undefined {
    return "setup" in message ? this.#startSetup(message.setup) : closes.invalidArgument;
  }

  #startSetup(setup: Setup): Close | undefined {
    const { activeFaults } = this.#faults;
    const context = {
      server: this.#server,
      endpoint: this.#endpoint,
      token: this.#token,
      activeFaults,
    };
    const outcome = admitSession(setup, context);
    if ("refusal" in outcome) {
      const { refusal, after } = outcome;
      return after === undefined ? refusal : this.#reject(refusal, after);
    }
    const { session, resumed } = outcome;
    this.#server.reports.received(session, { setup });
    const attached = this.#attach(session);
    this.#state = { kind: "settingUp", attached, early: [] };
    if (activeFaults.setup === "never") return undefined;
    const { setup: setupDelay, handle, resumedHandle } = attached.latency;
    const at = setupDelay.at + (activeFaults.setup?.delayMs ?? 0);
    this.#afterDelay({ ...setupDelay, at }, () =>
      this.#completeSetup(resumed ? resumedHandle : handle),
    );
    return undefined;
  }

  #attach(session: Session): AttachedSession {
    return new AttachedSession({
      server: this.#server,
      connection: this.#context(),
      session,
      timers: this.#timers,
      openedAt: this.#openedAt,
      send: (message) => this.#writer.send(message),
      end: (end) => this.#end(end),
    });
  }

  #completeSetup(handle: Delay): void {
    const state = this.#state;
    if (state.kind !== "settingUp") return;
    const { attached, early } = state;
    this.#state = { kind: "open", attached };
    const sessionId = this.#endpoint.surface === "vertex" ? { sessionId: attached.session.id } : {};
    this.#writer.send({ setupComplete: sessionId });
    attached.start();
    if (attached.resumable) this.#afterDelay(handle, () => attached.offerHandle());
    for (const message of early) {
      const outcome = this.#dispatch(message);
      if (outcome !== undefined) return this.#close(outcome);
    }
  }

  #context(): ConnectionContext {
    const { ports, counters } = this.#server;
    return {
      ports,
      clock: ports.clock,
      counters,
      surface: this.#endpoint.surface,
      tools: this.#server.options.tools,
      interimMs: this.#server.options.interimMs,
      activeFaults: () => this.#faults.activeFaults,
      send: (message) => this.#send(message),
      turnStarting: () => this.#faults.countTurn(),
      turnInterrupted: () => this.#faults.countInterruption(),
      turnStateChanged: (settled) => this.#attached?.turnStateChanged(settled),
      videoReceived: () => this.#attached?.videoReceived(),
      end: (end) => this.#end(end),
      reportError: (error) => this.#server.reportFailure(error),
      failed: (error) => this.#fail(error),
    };
  }

  #send(message: ServerMessage): void {
    const { transcripts } = this.#faults.activeFaults;
    for (const frame of applyTranscriptFaults(message, transcripts)) this.#writer.send(frame);
    const repeated = transcriptToRepeat(message, transcripts);
    if (repeated) this.#timers.after(repeated.afterMs, () => this.#writer.send(repeated.message));
  }

  #faultTarget(): FaultTarget {
    return {
      timers: this.#timers,
      send: (frame) => this.#writer.send(frame),
      end: (close) => this.#close(close),
      freeze: () => this.#writer.freeze(),
      reset: () => this.#end("reset"),
    };
  }

  #record(event: RecordedEvent): void {
    const { onEntry } = this.#server.options;
    if (onEntry === undefined) return;
    onEntry({ connection: this.number, ms: this.#timers.now() - this.#openedAt, ...event });
  }

  #reject(close: Close, delay: Delay): undefined {
    this.#state = { kind: "rejected" };
    this.#afterDelay(delay, () => this.#close(close));
  }

  #afterDelay(delay: Delay, then: () => void): void {
    this.#timers.after(sampleDelay(delay, this.#server.ports.random), then);
  }

  /** Closes on an internal error. The client sees no more than the service would show. */
  #fail(error: unknown): void {
    this.#server.reportFailure(error);
    this.#close(closes.internal);
  }

  #end(end: ConnectionEnd): void {
    if (end !== "reset") return this.#close(end);
    this.#writer.reset();
    this.#release({ code: 1006, reason: "" });
  }

  #close(close: Close): void {
    this.#writer.close(close);
    this.#release(close);
  }

  #release(close: Close): void {
    const attached = this.#attached;
    if (this.#state.kind === "closed") return;
    this.#state = { kind: "closed" };
    this.#timers.clear();
    this.#server.removeConnection(this);
    attached?.close(close);
  }
}
