/** One socket, from the upgrade to the close. */
import { Timers } from "./timers.ts";
import type { AuthResult } from "../protocol/auth.ts";
import { type Close, closes, invalidPayload } from "../protocol/close-codes.ts";
import type { ConnectionContext } from "./connection-context.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { admitSession } from "./session-admission.ts";
import type { Fault } from "../faults/fault.ts";
import { FaultInjector, type FaultTarget } from "../faults/fault-injector.ts";
import { applyTranscriptFaults } from "../faults/transcript-faults.ts";
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

/** A client that sends more than this before setupComplete is not hasty but broken. */
const MAX_EARLY_MESSAGES = 1_000;

export interface UpgradeInfo {
  readonly endpoint: Endpoint;
  /** As the client wrote it, without the query. */
  readonly path: string;
  readonly judgement: AuthResult;
}

export class Connection implements SocketHandler {
  /** Which of the emulator's connections it is, from 1. */
  readonly number: number;
  readonly #service: ServerState;
  readonly #endpoint: Endpoint;
  readonly #outlet: FrameWriter;
  readonly #alarms: Timers;
  #phase: ConnectionState = { kind: "silent" };
  readonly #openedAt: number;
  readonly #mischief: FaultInjector;
  #token: EphemeralToken | undefined;

  constructor(service: ServerState, { endpoint, path, judgement }: UpgradeInfo, peer: Peer) {
    this.#service = service;
    this.#endpoint = endpoint;
    this.#alarms = new Timers(this.#floor());
    this.#openedAt = this.#alarms.now();
    this.number = service.addConnection(this);
    this.#outlet = new FrameWriter(peer, {
      framing: service.options.framing,
      counts: service.counts,
      record: (what) => this.#record(what),
    });
    this.#record({ open: path });
    this.#mischief = new FaultInjector(this.number, service.faults, this.#victim());
    if ("token" in judgement) this.#token = judgement.token;
    else if (this.#phase.kind !== "closed")
      this.#refuse(judgement.refusal, measuredLatency.refusal);
  }

  /** One more fault. @returns whether it was meant for this connection. */
  injectFault(fault: Fault): boolean {
    return this.#mischief.add(fault);
  }

  get waiting(): number {
    return this.#tenure?.handler.waiting ?? 0;
  }

  get dropped(): number {
    return this.#tenure?.handler.dropped ?? 0;
  }

  receive(frame: Uint8Array | string): void {
    if (this.#deaf) return;
    try {
      this.#mischief.countMessage();
      if (this.#deaf) return;
      if (this.#token !== undefined && this.#alarms.now() >= this.#token.expiresAt)
        return this.#end(closes.keyExpired);
      const outcome = this.#read(frame);
      if (outcome !== undefined) this.#end(outcome);
    } catch (error) {
      this.#failed(error);
    }
  }

  closed(code: number, reason: string): void {
    if (this.#phase.kind !== "closed") this.#record({ close: { code, reason, by: "client" } });
    this.#outlet.markClosed();
    this.#leave({ code, reason });
  }

  get #deaf(): boolean {
    const { kind } = this.#phase;
    return kind === "closed" || kind === "doomed" || this.#outlet.frozen;
  }

  get #tenure(): AttachedSession | undefined {
    return "tenure" in this.#phase ? this.#phase.tenure : undefined;
  }

  #read(frame: Uint8Array | string): Close | undefined {
    const value = readFrame(frame);
    this.#record(value === undefined ? { clientRaw: rawText(frame) } : { client: value });
    if (value === undefined)
      return invalidPayload("Invalid JSON payload received. Unexpected token.");
    const reading = readClientMessage(value, this.#endpoint.surface, this.#endpoint.version);
    if ("fault" in reading) return invalidPayload(reading.fault);
    for (const kind of Object.keys(reading.message)) increment(this.#service.counts.received, kind);
    return this.#take(reading.message);
  }

  #take(message: ClientMessage): Close | undefined {
    const phase = this.#phase;
    if (phase.kind === "silent") return this.#first(message);
    if (!("tenure" in phase)) return undefined;
    if (phase.kind === "open") return phase.tenure.receive(message);
    if ("setup" in message || phase.early.length >= MAX_EARLY_MESSAGES)
      return closes.invalidArgument;
    phase.early.push(message);
    return undefined;
  }

  #first(message: ClientMessage): Close | undefined {
    return "setup" in message ? this.#setUp(message.setup) : closes.invalidArgument;
  }

  #setUp(setup: Setup): Close | undefined {
    const { activeFaults } = this.#mischief;
    const door = {
      service: this.#service,
      endpoint: this.#endpoint,
      token: this.#token,
      activeFaults,
    };
    const entrance = admitSession(setup, door);
    if ("refusal" in entrance) {
      const { refusal, after } = entrance;
      return after === undefined ? refusal : this.#refuse(refusal, after);
    }
    const { session, resumed } = entrance;
    this.#service.reports.received(session, { setup });
    const tenure = this.#hold(session);
    this.#phase = { kind: "settingUp", tenure, early: [] };
    if (activeFaults.setup === "never") return undefined;
    const { setup: usual, handle, resumedHandle } = tenure.latency;
    const at = usual.at + (activeFaults.setup?.delayMs ?? 0);
    this.#later({ ...usual, at }, () => this.#complete(resumed ? resumedHandle : handle));
    return undefined;
  }

  #hold(session: Session): AttachedSession {
    return new AttachedSession({
      service: this.#service,
      floor: this.#floor(),
      session,
      alarms: this.#alarms,
      since: this.#openedAt,
      send: (message) => this.#outlet.send(message),
      end: (close) => this.#end(close),
    });
  }

  #complete(handle: Delay): void {
    const phase = this.#phase;
    if (phase.kind !== "settingUp") return;
    const { tenure, early } = phase;
    this.#phase = { kind: "open", tenure };
    const sessionId = this.#endpoint.surface === "vertex" ? { sessionId: tenure.session.id } : {};
    this.#outlet.send({ setupComplete: sessionId });
    tenure.start();
    if (tenure.resumable) this.#later(handle, () => tenure.offerHandle());
    for (const message of early) {
      const outcome = this.#take(message);
      if (outcome !== undefined) return this.#end(outcome);
    }
  }

  #floor(): ConnectionContext {
    const { ports, counts } = this.#service;
    return {
      ports,
      clock: ports.clock,
      counts,
      surface: this.#endpoint.surface,
      tools: this.#service.options.tools,
      interimMs: this.#service.options.interimMs,
      activeFaults: () => this.#mischief.activeFaults,
      send: (message) => this.#say(message),
      turnStarting: () => this.#mischief.countTurn(),
      turnStateChanged: (settled) => this.#tenure?.turnStateChanged(settled),
      videoReceived: () => this.#tenure?.videoReceived(),
      close: (close) => this.#end(close),
      reportError: (error) => this.#service.reportFailure(error),
      failed: (error) => this.#failed(error),
    };
  }

  #say(message: ServerMessage): void {
    for (const frame of applyTranscriptFaults(message, this.#mischief.activeFaults.transcripts))
      this.#outlet.send(frame);
  }

  #victim(): FaultTarget {
    return {
      alarms: this.#alarms,
      send: (frame) => this.#outlet.send(frame),
      end: (close) => this.#end(close),
      freeze: () => this.#outlet.freeze(),
      reset: () => {
        this.#outlet.reset();
        this.#leave({ code: 1006, reason: "" });
      },
    };
  }

  #record(what: RecordedEvent): void {
    const { onEntry } = this.#service.options;
    if (onEntry === undefined) return;
    onEntry({ connection: this.number, ms: this.#alarms.now() - this.#openedAt, ...what });
  }

  #refuse(close: Close, delay: Delay): undefined {
    this.#phase = { kind: "doomed" };
    this.#later(delay, () => this.#end(close));
  }

  #later(delay: Delay, then: () => void): void {
    this.#alarms.after(sampleDelay(delay, this.#service.ports.random), then);
  }

  /** Something of ours broke: the client learns no more than the service would say. */
  #failed(error: unknown): void {
    this.#service.reportFailure(error);
    this.#end(closes.internal);
  }

  #end(close: Close): void {
    this.#outlet.close(close);
    this.#leave(close);
  }

  #leave(close: Close): void {
    const tenure = this.#tenure;
    if (this.#phase.kind === "closed") return;
    this.#phase = { kind: "closed" };
    this.#alarms.clear();
    this.#service.removeConnection(this);
    tenure?.close(close);
  }
}
