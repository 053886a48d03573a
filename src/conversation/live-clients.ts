/**
 * Clients of the Live API in a conversation: how they get their session, and what is theirs alone.
 *
 *     setup ─► the conversation's first? ─► its agent is made of it ─► the model is dialled ─► setupComplete
 *                     └─ no: its fields are ignored, it joins the session that is on ────────────▲
 *
 * It is the first when nobody else is there, no agent has spoken, and its client may speak.
 * A setup is kept once the model took it: one that it refuses must not spoil the conversation.
 */
import { encryptHandle } from "../access/resumption-handle.ts";
import { objectNameOf } from "../access/identity.ts";
import type { Agent } from "../agent/agent.ts";
import { clientAgent } from "../agent/client-agent.ts";
import type { Config } from "../config.ts";
import {
  differingFields,
  parseClientSetup,
  type ClientSetup,
} from "../core/live-api/client-setup.ts";
import { isClientError, clientError, type ErrorCode, type ClientError } from "../core/errors.ts";
import { classifyClose } from "../core/upstream/close-reasons.ts";
import type { LiveClientRequest, ModelInput } from "../core/client-request.ts";
import { liveFrame } from "../protocols/live-api/encoder.ts";
import type { Guest, Participants, Seat } from "./connections.ts";
import type { EventLog } from "../store/event-log.ts";
import type { Asking } from "./client-errors.ts";
import type { Clock } from "./clock.ts";
import type { Dossier } from "./session-store.ts";
import { Entering } from "./live-admission.ts";
import { isPlain } from "./resume-target.ts";
import { GuestCalls } from "./client-tools.ts";
import { asContent, ignored, noUpdate, secondSetup, unknownModel } from "./live-errors.ts";
import type { Talk } from "./engine.ts";
import type { Telling } from "./broadcaster.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";

export interface Lodging {
  readonly env: Env;
  readonly kv: SyncKvStorage;
  readonly settings: () => Pick<Config, "auth" | "servesModel">;
  readonly clock: () => Clock;
  readonly participants: Participants;
  readonly telling: Telling;
  readonly dossier: Dossier;
  readonly log: EventLog;
  readonly talk: () => Talk<Asking>;
  /** Lets somebody in, to the agent as it is now. */
  join(socket: WebSocket): void;
  /** The agent of the deployment leads again, as nobody had come. */
  reopen(app: string): void;
  refuse(socket: WebSocket, problem: ClientError): void;
  /** A frame of theirs, as if it came just now. */
  receive(socket: WebSocket, frame: string | ArrayBuffer): void;
}

interface Kept {
  readonly setup: ClientSetup;
  /** It is laid over the agent of the deployment. */
  readonly named: boolean;
}

/** The rest is about key, region or quota, which are the server's. */
const aboutSetup = new Set<ErrorCode>(["UPSTREAM_REFUSED", "MODEL_NOT_FOUND", "UPSTREAM_LOST"]);

type Fields = Readonly<Record<string, unknown>>;

const keptName = "guest setup";
/** Who can come back may still answer what they were asked, if they do so within this long, in ms. */
const backWithinMs = 15_000;
/** In ms. */
const restMs = 10_000;

export class Guests {
  readonly #lodging: Lodging;
  readonly #calls: GuestCalls;
  readonly #entering: Entering;
  /** Not yet taken by the model. */
  #tried: Kept | undefined;
  /** What the model has against it. */
  #refusal: ClientError | undefined;
  /** What was refused just now is not tried again at once: a client that reconnects for ever costs nothing. */
  #refused: { setup: ClientSetup; why: ClientError; until: number } | undefined;

  constructor(lodging: Lodging) {
    this.#lodging = lodging;
    this.#entering = new Entering({
      ...lodging,
      settle: (setup, socket, guest) => this.#settle(setup, socket, guest),
      refuse: (socket, no) => lodging.refuse(socket, no),
      receive: (socket, frame) => lodging.receive(socket, frame),
    });
    this.#calls = new GuestCalls({
      after: (ms, then) => lodging.clock().after(ms, then),
      find: (name) => this.#present().find(({ seat }) => declares(seat, name))?.seat.id,
      send: (to, message) => {
        const socket = lodging.participants.find(to);
        if (socket) lodging.participants.push(socket, liveFrame(message));
      },
    });
  }

  /** Who leads here: the deployment's agent, or what the first client of the Live API made of it. */
  agentFor(own: Agent): Agent {
    const kept = this.#kept();
    if (!kept) return own;
    const named = kept.named ? own : undefined;
    return clientAgent({ named, name: own.name }, kept.setup, (name, args, context) =>
      this.#calls.ask(name, args, context),
    );
  }

  /** Whether whoever set this conversation up will tell what was said before. */
  get seeds(): boolean {
    return this.#kept()?.setup.seeds === true;
  }

  take(request: LiveClientRequest, socket: WebSocket, seat: Seat): void {
    switch (request.type) {
      case "setup":
        return this.#enter(request.setup, socket, seat);
      case "toolResponse":
        return this.#calls.answer(seat.id, request.responses);
      case "contextUpdate":
        return this.#lodging.refuse(socket, noUpdate());
    }
  }

  /** What a client says before its conversation begins is its past. @returns undefined when it is known. */
  seeded(request: ModelInput, socket: WebSocket, { guest }: Seat): ModelInput | undefined {
    if (!guest?.seeding) return request;
    const content = asContent(request);
    const { seeding } = guest;
    // Nothing is left out of a talk that goes on already.
    if (content?.complete ?? seeding === "skip") this.#change(socket, { seeding: undefined });
    if (seeding === "tell")
      return content
        ? { ...content, isHistory: true }
        : { ...request, ...(request.type === "text" && { deliverAs: "realtime" }) };
    return content ? undefined : request;
  }

  /** There is no session with the model for now, and one is coming. */
  away(): void {
    this.#lodging.telling.lifecycle("away");
  }

  /** A session with the model is ready. */
  ready(): void {
    this.#lodging.telling.lifecycle("ready");
    if (this.#tried) this.#lodging.kv.put<Kept>(keptName, this.#tried);
    this.#tried = undefined;
    for (const { socket, seat } of this.#present()) if (!seat.guest?.greeted) this.#greet(socket);
  }

  /**
   * A session with the model was lost, or not to be had. What the model has against a setup that nobody had before is
   * for its client to know, in the service's words; dialling again cannot help.
   */
  lost(reason: string): void {
    const [, code, words] = /^(1007|1008) (.+)/.exec(reason) ?? [];
    if (!this.#tried || words === undefined || !aboutSetup.has(classifyClose(reason).error.code))
      return;
    this.#refusal = { ...clientError("BAD_FRAME", words), close: Number(code) };
    // The line is in the middle of a step, and may end by it.
    queueMicrotask(() => {
      if (!this.#refusal) return;
      this.#lodging.talk().end();
      this.ended(this.#refusal);
    });
  }

  /** There is no session, and will be none: they must hear why. */
  ended(no: ClientError): void {
    const why = this.#refusal ?? no;
    if (this.#refusal && this.#tried)
      this.#refused = { setup: this.#tried.setup, why, until: Date.now() + restMs };
    const dropped = this.#tried !== undefined;
    this.#tried = this.#refusal = undefined;
    for (const { socket } of this.#present()) this.#lodging.refuse(socket, why);
    // Whoever stays must not dial with it again.
    if (dropped) this.#lodging.reopen(this.#lodging.dossier.identity.app);
  }

  /** Whether a frame is not for this conversation, or not yet: its client is elsewhere, or has not entered. */
  diverts(frame: string | ArrayBuffer, socket: WebSocket, seat: Seat): boolean {
    return this.#entering.diverts(frame, socket, seat);
  }

  left({ id, guest }: Seat): void {
    this.#entering.leave(id);
    this.#calls.leave(id, guest?.resumable ? backWithinMs : 0);
  }

  /** Everything was forgotten. */
  forget(): void {
    this.#tried = undefined;
  }

  get #hasPast(): boolean {
    const { talk, log } = this.#lodging;
    return talk().journal.turn > 0 || log.rows(0, 1).length > 0;
  }

  /** Nobody has begun it: what somebody typed and no agent answered may have been said to a setup that failed. */
  get #unclaimed(): boolean {
    const { talk, log, participants } = this.#lodging;
    const rests = talk().state === "none" && participants.present().length === 0;
    return rests && log.summary().agent === undefined;
  }

  #kept(): Kept | undefined {
    return this.#tried ?? this.#lodging.kv.get<Kept>(keptName);
  }

  #enter(fields: Fields, socket: WebSocket, { id, guest, arrived }: Seat): void {
    if (!guest || !arrived || this.#entering.has(id))
      return this.#lodging.refuse(socket, secondSetup());
    if (isPlain(fields, guest)) this.#settle(fields, socket, guest);
    else this.#entering.begin(fields, socket, { id, guest });
  }

  #settle(fields: Fields, socket: WebSocket, guest: Guest): void {
    const reading = parseClientSetup(fields);
    if (isClientError(reading)) return this.#lodging.refuse(socket, reading);
    const { setup, preferences } = reading;
    if (!this.#lodging.settings().servesModel(setup.model))
      return this.#lodging.refuse(socket, unknownModel(setup.model));
    const { id, role } = this.#lodging.participants.seatOf(socket);
    const again = this.#refused && differingFields(this.#refused.setup, setup).length === 0;
    if (again && this.#refused && Date.now() < this.#refused.until)
      return this.#lodging.refuse(socket, this.#refused.why);
    const adopted = this.#adopt({ setup, named: guest.named }, { id, role });
    const seeding = adopted && !this.#hasPast ? "tell" : "skip";
    const { inputTranscription, outputTranscription, handle } = preferences;
    const functions = setup.functions.flatMap(({ name }) => name ?? []);
    this.#lodging.participants.reseat(socket, {
      arrived: undefined,
      guest: {
        ...guest,
        hearing: { ...guest.hearing, inputTranscription, outputTranscription },
        functions,
        resumable: handle !== undefined,
        // Whoever comes back has told it.
        ...(setup.seeds && !handle && { seeding }),
      },
    });
    if (handle) this.#calls.adopt(id, functions);
    this.#lodging.join(socket);
    if (this.#lodging.talk().state === "on") this.#greet(socket);
  }

  /** @returns whether the conversation is as this setup wants it. */
  #adopt(wanted: Kept, { id, role }: Pick<Seat, "id" | "role">): boolean {
    const kept = this.#lodging.kv.get<Kept>(keptName);
    const before = kept ?? (this.#lodging.talk().state === "none" ? undefined : this.#tried);
    if (!before && this.#unclaimed && mayTakeRole(role, "speaker")) {
      // Whatever session there was is not what this setup asks for; what was said is told to the next.
      this.#lodging.talk().end();
      this.#tried = wanted;
      return true;
    }
    const names = before ? differingFields(before.setup, wanted.setup) : ["setup"];
    if (names.length > 0) ignored(id, names);
    return false;
  }

  #greet(socket: WebSocket): void {
    const { guest } = this.#lodging.participants.seatOf(socket);
    const sessionId = guest?.hearing.vertex ? { sessionId: crypto.randomUUID() } : {};
    this.#lodging.participants.push(socket, liveFrame({ setupComplete: sessionId }));
    this.#change(socket, { greeted: true });
    if (guest?.resumable) void this.#giveHandle(socket);
  }

  /** Google's never leaves: this one names the conversation, and leads to whatever session it has by then. */
  async #giveHandle(socket: WebSocket): Promise<void> {
    const { settings, dossier, participants } = this.#lodging;
    const name = objectNameOf(dossier.identity);
    const newHandle = await encryptHandle(settings().auth, name, Date.now());
    const sessionResumptionUpdate = { newHandle, resumable: true };
    participants.push(socket, liveFrame({ sessionResumptionUpdate }));
  }

  #change(socket: WebSocket, change: Partial<Guest>): void {
    const { guest } = this.#lodging.participants.seatOf(socket);
    if (guest) this.#lodging.participants.reseat(socket, { guest: { ...guest, ...change } });
  }

  /** The newest first: whoever comes again takes the place of who they were. */
  #present(): { readonly socket: WebSocket; readonly seat: Seat }[] {
    const { participants } = this.#lodging;
    return participants
      .at("live")
      .map((socket) => ({ socket, seat: participants.seatOf(socket) }))
      .toReversed();
  }
}

const declares = ({ guest }: Seat, name: string): boolean =>
  guest?.functions.includes(name) === true;
