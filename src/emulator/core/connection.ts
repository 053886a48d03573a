/**
 * One socket, from the upgrade to the close.
 *
 *   refused ─────────────▶ closed
 *   silent ──setup──▶ settingUp ──setupComplete──▶ open ──▶ closed
 */
import { Alarms } from "./alarms.ts";
import { type Close, closes, invalid } from "./closes.ts";
import { configure } from "./config.ts";
import type { Endpoint } from "./endpoint.ts";
import { readFrame } from "./frames.ts";
import { Live } from "./live.ts";
import type { ClientMessage, Setup } from "./messages.ts";
import { Outlet } from "./outlet.ts";
import { draw } from "./profiles/latency.ts";
import { measured } from "./profiles/latency.ts";
import { readClient } from "./schema/client.ts";
import type { Line, Peer } from "./socket.ts";
import { tally } from "./stats.ts";
import type { House } from "./house.ts";
import { uuid } from "./ids.ts";

type Phase =
  | { readonly kind: "refused" | "silent" | "closed" }
  /** What a hasty client sends before setupComplete is done afterwards. */
  | { readonly kind: "settingUp"; readonly early: ClientMessage[] }
  | { readonly kind: "open"; readonly live: Live };

/** More than this before setupComplete is no client but a flood. */
const MOST_EARLY = 1_000;

export class Connection implements Line {
  readonly #house: House;
  readonly #endpoint: Endpoint;
  readonly #outlet: Outlet;
  readonly #alarms: Alarms;
  #phase: Phase;

  constructor(house: House, endpoint: Endpoint, peer: Peer, refusal: Close | undefined) {
    this.#house = house;
    this.#endpoint = endpoint;
    this.#outlet = new Outlet(peer, house.options.framing, house.counts);
    this.#alarms = new Alarms(house.ports.clock, house.counts);
    this.#phase = { kind: refusal === undefined ? "silent" : "refused" };
    house.opened(this);
    if (refusal !== undefined)
      this.#later(draw(measured.refusal, house.ports.random), () => this.#end(refusal));
  }

  get waiting(): number {
    return this.#phase.kind === "open" ? this.#phase.live.waiting : 0;
  }

  receive(frame: Uint8Array | string): void {
    if (this.#phase.kind === "closed" || this.#phase.kind === "refused") return;
    try {
      const outcome = this.#read(frame);
      if (outcome !== undefined) this.#end(outcome);
    } catch (error) {
      this.#failed(error);
    }
  }

  closed(code: number, reason: string): void {
    this.#outlet.shut();
    this.#leave({ code, reason });
  }

  /** Ends the connection from this side. */
  end(close: Close): void {
    this.#end(close);
  }

  #read(frame: Uint8Array | string): Close | undefined {
    const value = readFrame(frame);
    if (value === undefined) return invalid("Invalid JSON payload received. Unexpected token.");
    const reading = readClient(value, this.#endpoint.surface, this.#endpoint.version);
    if ("fault" in reading) return invalid(reading.fault);
    const { message } = reading;
    for (const kind of Object.keys(message)) tally(this.#house.counts.received, kind);
    return this.#take(message);
  }

  #take(message: ClientMessage): Close | undefined {
    const phase = this.#phase;
    switch (phase.kind) {
      case "silent":
        return "setup" in message ? this.#setUp(message.setup) : closes.invalidArgument;
      case "settingUp":
        if ("setup" in message || phase.early.length >= MOST_EARLY) return closes.invalidArgument;
        phase.early.push(message);
        return undefined;
      case "open":
        this.#house.note(phase.live.session, message);
        return phase.live.receive(message);
      case "refused":
      case "closed":
        return undefined;
    }
  }

  #setUp(setup: Setup): Close | undefined {
    const configured = configure(setup, this.#endpoint, this.#house.options.profile);
    if ("refusal" in configured) return configured.refusal;
    const admitted = this.#house.admit(configured.config);
    if ("refusal" in admitted) return admitted.refusal;
    const { session } = admitted;
    this.#phase = { kind: "settingUp", early: [] };
    this.#house.note(session, { setup });
    const live = new Live(this.#floor(), session);
    this.#live = live;
    const { latency } = session.config.profile;
    this.#later(draw(latency.setup, this.#house.ports.random), () =>
      this.#complete(live, admitted.resumed),
    );
    return undefined;
  }
  #live: Live | undefined;

  #complete(live: Live, resumed: boolean): void {
    const phase = this.#phase;
    if (phase.kind !== "settingUp") return;
    this.#phase = { kind: "open", live };
    const { session } = live;
    const vertex = this.#endpoint.surface === "vertex";
    this.#outlet.send({ setupComplete: vertex ? { sessionId: session.id } : {} });
    const { latency } = session.config.profile;
    const { random } = this.#house.ports;
    if (session.config.resumption !== undefined) {
      const ms = draw(resumed ? latency.resumedHandle : latency.handle, random);
      this.#later(ms, () => {
        const newHandle = this.#house.issue(session, uuid(random));
        this.#outlet.send({ sessionResumptionUpdate: { newHandle, resumable: true } });
      });
    }
    for (const message of phase.early) {
      const outcome = this.#take(message);
      if (outcome !== undefined) return this.#end(outcome);
    }
  }

  #floor() {
    const { ports, counts } = this.#house;
    return {
      ports,
      counts,
      surface: this.#endpoint.surface,
      send: this.#outlet.send.bind(this.#outlet),
      failed: (error: unknown) => this.#failed(error),
    };
  }

  #later(ms: number, then: () => void): void {
    this.#alarms.after(ms, () => {
      try {
        then();
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  /** Something of ours broke: the client learns no more than the service would say. */
  #failed(error: unknown): void {
    this.#house.failed(error);
    this.#end(closes.internal);
  }

  #end(close: Close): void {
    this.#outlet.close(close);
    this.#leave(close);
  }

  #leave(close: Close): void {
    if (this.#phase.kind === "closed") return;
    this.#phase = { kind: "closed" };
    this.#alarms.clear();
    this.#live?.close();
    this.#house.left(this, this.#live?.session, close);
  }
}
