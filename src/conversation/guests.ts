/**
 * Clients of the Live API in a conversation: how they get their session, and what is theirs alone.
 *
 *     setup ─► the conversation's first? ─► its agent is made of it ─► the model is dialled ─► setupComplete
 *                     └─ no: its fields are ignored, it joins the session that is on ────────────▲
 *
 * A setup is kept once the model took it: one that it refuses must not spoil the conversation.
 */
import { writeHandle } from "../access/handle.ts";
import { objectName, type Identity } from "../access/identity.ts";
import type { Guard } from "../access/token.ts";
import type { Agent } from "../agent/agent.ts";
import { guestAgent } from "../agent/guest.ts";
import { differing, readGuestSetup, type GuestSetup } from "../core/guest-setup.ts";
import { isProblem, problem, type Problem } from "../core/problem.ts";
import type { GuestRequest, LiveRequest } from "../core/request.ts";
import { knock } from "../routes/entrance.ts";
import { liveFrame } from "../transports/live-frames.ts";
import type { Guest, Participants, Seat } from "../transports/participants.ts";
import type { Clock } from "./clock.ts";
import { entryOf, isPlain } from "./entry.ts";
import { GuestCalls } from "./guest-calls.ts";
import { Relays } from "./relays.ts";

export interface Lodging {
  readonly env: Env;
  readonly guard: () => Guard;
  readonly identity: () => Identity;
  readonly clock: () => Clock;
  readonly kv: SyncKvStorage;
  readonly participants: Participants;
  /** Whether a session with the model is on, is being dialled, or there is none. */
  session(): "on" | "coming" | "none";
  /** Whether anything was said here before. */
  hasPast(): boolean;
  /** Whether anybody ever came here. */
  exists(): boolean;
  /** Whether this deployment lets clients ask for a model. */
  serves(model: string): boolean;
  /** Lets somebody join the talk, with the agent as it is now. */
  join(socket: WebSocket): void;
  refuse(socket: WebSocket, problem: Problem): void;
  /** A frame of theirs, as if it came just now. */
  receive(socket: WebSocket, frame: string | ArrayBuffer): void;
}

interface Kept {
  readonly setup: GuestSetup;
  /** It is laid over the agent of the deployment. */
  readonly named: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const keptName = "guest setup";
/** Who can come back may still answer what they were asked, if they do so within this long, in ms. */
const backWithinMs = 15_000;
/** To look up a handle or a ticket takes less time than so many frames. */
const mostHeld = 500;

export class Guests {
  readonly #lodging: Lodging;
  readonly #calls: GuestCalls;
  /** Who is in another conversation. */
  readonly #relays: Relays;
  /** What clients said while it was judged whether they may enter. */
  readonly #entering = new Map<string, (string | ArrayBuffer)[]>();
  /** Not yet taken by the model. */
  #tried: Kept | undefined;

  constructor(lodging: Lodging) {
    this.#lodging = lodging;
    this.#relays = new Relays(lodging.participants);
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
    return guestAgent({ named, name: own.name }, kept.setup, (name, args, context) =>
      this.#calls.ask(name, args, context),
    );
  }

  /** Whether whoever set this conversation up will tell what was said before. */
  get seeds(): boolean {
    return this.#kept()?.setup.seeds === true;
  }

  take(request: GuestRequest, socket: WebSocket, seat: Seat): void {
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
  seeded(request: LiveRequest, socket: WebSocket, { guest }: Seat): LiveRequest | undefined {
    if (!guest?.seeding) return request;
    const content = asContent(request);
    const { seeding } = guest;
    if (!content || content.complete) this.#change(socket, { seeding: undefined });
    if (!content) return request;
    return seeding === "tell" ? { ...content, past: true } : undefined;
  }

  /** A session with the model is ready. */
  ready(): void {
    if (this.#tried) this.#lodging.kv.put<Kept>(keptName, this.#tried);
    this.#tried = undefined;
    for (const { socket, seat } of this.#present()) if (!seat.guest?.greeted) this.#greet(socket);
  }

  /** There is no session, and will be none: they must hear why. */
  ended(no: Problem): void {
    this.#tried = undefined;
    for (const { socket } of this.#present()) this.#lodging.refuse(socket, no);
  }

  /** Whether a frame is not for this conversation, or not yet: its client is elsewhere, or has not entered. */
  diverts(frame: string | ArrayBuffer, socket: WebSocket, seat: Seat): boolean {
    const held = this.#entering.get(seat.id);
    if (!held) return this.#relays.carry(socket, seat, frame);
    if (held.length < mostHeld) held.push(frame);
    return true;
  }

  left({ id, guest }: Seat): void {
    this.#relays.close(id, 1000);
    this.#calls.leave(id, guest?.resumable ? backWithinMs : 0);
  }

  /** Everything was forgotten. */
  forget(): void {
    this.#tried = undefined;
  }

  #kept(): Kept | undefined {
    return this.#tried ?? this.#lodging.kv.get<Kept>(keptName);
  }

  #enter(fields: Fields, socket: WebSocket, { id, guest, arrived }: Seat): void {
    if (!guest || !arrived || this.#entering.has(id))
      return this.#lodging.refuse(socket, secondSetup());
    if (isPlain(fields, guest)) return this.#settle(fields, socket, guest);
    this.#entering.set(id, []);
    void this.#judge(fields, socket, guest).finally(() => this.#catchUp(id, socket));
  }

  /** By handle and ticket, which takes a moment. */
  async #judge(fields: Fields, socket: WebSocket, guest: Guest): Promise<void> {
    const lodging = this.#lodging;
    const { env, identity, guard } = lodging;
    try {
      const here = { env, guard: guard(), identity: identity(), exists: lodging.exists() };
      const entry = await entryOf(fields, guest, here);
      if (isProblem(entry)) return lodging.refuse(socket, entry);
      if (!entry.elsewhere) return this.#settle(entry.setup, socket, guest);
      const there = await this.#knock(entry.elsewhere, lodging.participants.seatOf(socket), guest);
      if (!there) return lodging.refuse(socket, lost());
      this.#relays.open(socket, there);
      there.send(JSON.stringify({ setup: entry.setup }));
    } catch {
      lodging.refuse(socket, lost());
    }
  }

  /** @returns the socket of another conversation. */
  async #knock(
    conversation: Identity,
    { role, granted, proactivity, affectiveDialog }: Seat,
    { bound, named, hearing }: Guest,
  ): Promise<WebSocket | null> {
    // What their ticket says was done here.
    const guest = { bound, named, hearing, functions: [], astray: false };
    const request = new Request("https://conversation/", { headers: { Upgrade: "websocket" } });
    const { app } = conversation;
    const wishes = { role, granted, proactivity, affectiveDialog };
    const entry = { conversation, seat: { door: "live" as const, app, ...wishes, guest } };
    return (await knock(this.#lodging.env, request, entry)).webSocket;
  }

  #catchUp(id: string, socket: WebSocket): void {
    const held = this.#entering.get(id) ?? [];
    this.#entering.delete(id);
    for (const frame of held) this.#lodging.receive(socket, frame);
  }

  #settle(fields: Fields, socket: WebSocket, guest: Guest): void {
    const reading = readGuestSetup(fields);
    if (isProblem(reading)) return this.#lodging.refuse(socket, reading);
    const { setup, wishes } = reading;
    if (!this.#lodging.serves(setup.model))
      return this.#lodging.refuse(socket, unknownModel(setup.model));
    const { id } = this.#lodging.participants.seatOf(socket);
    const adopted = this.#adopt({ setup, named: guest.named }, id);
    const seeding = adopted && !this.#lodging.hasPast() ? "tell" : "skip";
    const { inputTranscription, outputTranscription, handle } = wishes;
    const functions = setup.functions.flatMap(({ name }) => name ?? []);
    this.#lodging.participants.reseat(socket, {
      arrived: undefined,
      guest: {
        ...guest,
        hearing: { ...guest.hearing, inputTranscription, outputTranscription },
        functions,
        resumable: handle !== undefined,
        ...(setup.seeds && { seeding }),
      },
    });
    if (handle) this.#calls.adopt(id, functions);
    this.#lodging.join(socket);
    if (this.#lodging.session() === "on") this.#greet(socket);
  }

  /** @returns whether the conversation is as this setup wants it. */
  #adopt(wanted: Kept, id: string): boolean {
    const kept = this.#lodging.kv.get<Kept>(keptName);
    const before = kept ?? (this.#lodging.session() === "none" ? undefined : this.#tried);
    if (!before && this.#lodging.session() === "none") {
      this.#tried = wanted;
      return true;
    }
    const names = before ? differing(before.setup, wanted.setup) : ["setup"];
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
    const { guard, identity, participants } = this.#lodging;
    const newHandle = await writeHandle(guard(), objectName(identity()), Date.now());
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

const asContent = (request: LiveRequest): Extract<LiveRequest, { type: "content" }> | undefined => {
  if (request.type === "content") return request;
  return request.type === "text"
    ? {
        type: "content",
        turns: [{ role: "user", parts: [{ text: request.text }] }],
        complete: true,
        ...(request.from !== undefined && { from: request.from }),
      }
    : undefined;
};

/** In the words of the service. */
const secondSetup = (): Problem =>
  problem(
    "BAD_FRAME",
    "Request contains an invalid argument: setup is the first message, and only the first.",
  );

const unknownModel = (model: string): Problem =>
  problem(
    "NOT_FOUND",
    `models/${model} is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListModels to see the list of available models.`,
  );

const lost = (): Problem =>
  problem("UPSTREAM_UNREACHABLE", "The service is currently unavailable.");

const noUpdate = (): Problem =>
  problem("BAD_FRAME", "Operation is not implemented, or supported, or enabled.");

function ignored(id: string, names: readonly string[]): void {
  // The operator must know; values may hold secrets of the client's.
  // oxlint-disable-next-line no-console
  console.warn(
    `parley: participant ${id} asks for another ${names.join(", ")} than the conversation has, which stays as it is.`,
  );
}
