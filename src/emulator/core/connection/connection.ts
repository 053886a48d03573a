/** One socket, from the upgrade to the close. */
import { Alarms } from "./timers.ts";
import type { Judgement } from "../protocol/auth.ts";
import { type Close, closes, invalid } from "../protocol/close-codes.ts";
import type { Floor } from "./connection-context.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { enter } from "./session-admission.ts";
import type { Fault } from "../faults/fault.ts";
import { Mischief, type Victim } from "../faults/fault-injector.ts";
import { haunt } from "../faults/transcript-faults.ts";
import { rawText, readFrame } from "../protocol/frames.ts";
import type { ClientMessage, ServerMessage, Setup } from "../protocol/messages.ts";
import { Outlet } from "./frame-writer.ts";
import type { Phase } from "./connection-state.ts";
import { type Delay, draw, measured } from "../profiles/latency.ts";
import type { What } from "../recording.ts";
import { readClient } from "../schema/client.ts";
import type { Service } from "./server-state.ts";
import type { Session } from "../session/session.ts";
import type { Line, Peer } from "./socket.ts";
import { tally } from "../stats.ts";
import { Tenure } from "./attached-session.ts";
import type { Token } from "../tokens/tokens.ts";

/** A client that sends more than this before setupComplete is not hasty but broken. */
const MOST_EARLY = 1_000;

export interface Arrival {
  readonly endpoint: Endpoint;
  /** As the client wrote it, without the query. */
  readonly path: string;
  readonly judgement: Judgement;
}

export class Connection implements Line {
  /** Which of the emulator's connections it is, from 1. */
  readonly number: number;
  readonly #service: Service;
  readonly #endpoint: Endpoint;
  readonly #outlet: Outlet;
  readonly #alarms: Alarms;
  #phase: Phase = { kind: "silent" };
  readonly #openedAt: number;
  readonly #mischief: Mischief;
  #token: Token | undefined;

  constructor(service: Service, { endpoint, path, judgement }: Arrival, peer: Peer) {
    this.#service = service;
    this.#endpoint = endpoint;
    this.#alarms = new Alarms(this.#floor());
    this.#openedAt = this.#alarms.now();
    this.number = service.opened(this);
    this.#outlet = new Outlet(peer, {
      framing: service.options.framing,
      counts: service.counts,
      record: (what) => this.#record(what),
    });
    this.#record({ open: path });
    this.#mischief = new Mischief(this.number, service.faults, this.#victim());
    if ("token" in judgement) this.#token = judgement.token;
    else if (this.#phase.kind !== "closed") this.#refuse(judgement.refusal, measured.refusal);
  }

  /** One more fault. @returns whether it was meant for this connection. */
  strike(fault: Fault): boolean {
    return this.#mischief.add(fault);
  }

  get waiting(): number {
    return this.#tenure?.live.waiting ?? 0;
  }

  get dropped(): number {
    return this.#tenure?.live.dropped ?? 0;
  }

  receive(frame: Uint8Array | string): void {
    if (this.#deaf) return;
    try {
      this.#mischief.message();
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
    this.#outlet.shut();
    this.#leave({ code, reason });
  }

  get #deaf(): boolean {
    const { kind } = this.#phase;
    return kind === "closed" || kind === "doomed" || this.#outlet.frozen;
  }

  get #tenure(): Tenure | undefined {
    return "tenure" in this.#phase ? this.#phase.tenure : undefined;
  }

  #read(frame: Uint8Array | string): Close | undefined {
    const value = readFrame(frame);
    this.#record(value === undefined ? { clientRaw: rawText(frame) } : { client: value });
    if (value === undefined) return invalid("Invalid JSON payload received. Unexpected token.");
    const reading = readClient(value, this.#endpoint.surface, this.#endpoint.version);
    if ("fault" in reading) return invalid(reading.fault);
    for (const kind of Object.keys(reading.message)) tally(this.#service.counts.received, kind);
    return this.#take(reading.message);
  }

  #take(message: ClientMessage): Close | undefined {
    const phase = this.#phase;
    if (phase.kind === "silent") return this.#first(message);
    if (!("tenure" in phase)) return undefined;
    if (phase.kind === "open") return phase.tenure.receive(message);
    if ("setup" in message || phase.early.length >= MOST_EARLY) return closes.invalidArgument;
    phase.early.push(message);
    return undefined;
  }

  #first(message: ClientMessage): Close | undefined {
    return "setup" in message ? this.#setUp(message.setup) : closes.invalidArgument;
  }

  #setUp(setup: Setup): Close | undefined {
    const { moods } = this.#mischief;
    const door = { service: this.#service, endpoint: this.#endpoint, token: this.#token, moods };
    const entrance = enter(setup, door);
    if ("refusal" in entrance) {
      const { refusal, after } = entrance;
      return after === undefined ? refusal : this.#refuse(refusal, after);
    }
    const { session, resumed } = entrance;
    this.#service.reports.received(session, { setup });
    const tenure = this.#hold(session);
    this.#phase = { kind: "settingUp", tenure, early: [] };
    if (moods.setup === "never") return undefined;
    const { setup: usual, handle, resumedHandle } = tenure.latency;
    const at = usual.at + (moods.setup?.delayMs ?? 0);
    this.#later({ ...usual, at }, () => this.#complete(resumed ? resumedHandle : handle));
    return undefined;
  }

  #hold(session: Session): Tenure {
    return new Tenure({
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
    tenure.begin();
    if (tenure.resumable) this.#later(handle, () => tenure.offer());
    for (const message of early) {
      const outcome = this.#take(message);
      if (outcome !== undefined) return this.#end(outcome);
    }
  }

  #floor(): Floor {
    const { ports, counts } = this.#service;
    return {
      ports,
      clock: ports.clock,
      counts,
      surface: this.#endpoint.surface,
      tools: this.#service.options.tools,
      interimMs: this.#service.options.interimMs,
      moods: () => this.#mischief.moods,
      send: (message) => this.#say(message),
      turnBegins: () => this.#mischief.turn(),
      turned: (settled) => this.#tenure?.turned(settled),
      sawVideo: () => this.#tenure?.sawVideo(),
      close: (close) => this.#end(close),
      noticed: (error) => this.#service.failed(error),
      failed: (error) => this.#failed(error),
    };
  }

  #say(message: ServerMessage): void {
    for (const frame of haunt(message, this.#mischief.moods.transcripts)) this.#outlet.send(frame);
  }

  #victim(): Victim {
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

  #record(what: What): void {
    const { onEntry } = this.#service.options;
    if (onEntry === undefined) return;
    onEntry({ connection: this.number, ms: this.#alarms.now() - this.#openedAt, ...what });
  }

  #refuse(close: Close, delay: Delay): undefined {
    this.#phase = { kind: "doomed" };
    this.#later(delay, () => this.#end(close));
  }

  #later(delay: Delay, then: () => void): void {
    this.#alarms.after(draw(delay, this.#service.ports.random), then);
  }

  /** Something of ours broke: the client learns no more than the service would say. */
  #failed(error: unknown): void {
    this.#service.failed(error);
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
    this.#service.closed(this);
    tenure?.close(close);
  }
}
