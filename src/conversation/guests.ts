/**
 * Clients of the Live API in a conversation: how they get their session, and what is theirs alone.
 *
 *     setup ─► the conversation's first? ─► its agent is made of it ─► the model is dialled ─► setupComplete
 *                     └─ no: its fields are ignored, it joins the session that is on ────────────▲
 *
 * A setup is kept once the model took it: one that it refuses must not spoil the conversation.
 */
import type { Agent } from "../agent/agent.ts";
import { guestAgent } from "../agent/guest.ts";
import { differing, readGuestSetup, type GuestSetup } from "../core/guest-setup.ts";
import { isProblem, problem, type Problem } from "../core/problem.ts";
import type { GuestRequest, LiveRequest } from "../core/request.ts";
import { liveFrame } from "../transports/live-frames.ts";
import type { Guest, Participants, Seat } from "../transports/participants.ts";
import type { FunctionResponse } from "../wire/live.ts";
import { GuestCalls } from "./guest-calls.ts";

export interface Lodging {
  readonly kv: SyncKvStorage;
  readonly participants: Participants;
  /** Whether a session with the model is on, is being dialled, or there is none. */
  session(): "on" | "coming" | "none";
  /** Whether anything was said here before. */
  hasPast(): boolean;
  /** Whether this deployment lets clients ask for a model. */
  serves(model: string): boolean;
  /** Lets somebody join the talk, with the agent as it is now. */
  join(socket: WebSocket): void;
  refuse(socket: WebSocket, problem: Problem): void;
  /** Answers to calls that this object does not remember making. */
  unasked(responses: readonly FunctionResponse[]): void;
}

interface Kept {
  readonly setup: GuestSetup;
  /** It is laid over the agent of the deployment. */
  readonly named: boolean;
}

const keptName = "guest setup";

export class Guests {
  readonly #lodging: Lodging;
  readonly #calls: GuestCalls;
  /** Not yet taken by the model. */
  #tried: Kept | undefined;

  constructor(lodging: Lodging) {
    this.#lodging = lodging;
    this.#calls = new GuestCalls({
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
      case "toolResponse": {
        const left = this.#calls.answer(seat.id, request.responses);
        if (left.length > 0) this.#lodging.unasked(left);
        return;
      }
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

  left({ id }: Seat): void {
    this.#calls.leave(id);
  }

  /** Everything was forgotten. */
  forget(): void {
    this.#tried = undefined;
  }

  #kept(): Kept | undefined {
    return this.#tried ?? this.#lodging.kv.get<Kept>(keptName);
  }

  #enter(fields: Readonly<Record<string, unknown>>, socket: WebSocket, seat: Seat): void {
    const { guest } = seat;
    if (!guest || !seat.arrived) return this.#lodging.refuse(socket, secondSetup());
    const reading = readGuestSetup(fields);
    if (isProblem(reading)) return this.#lodging.refuse(socket, reading);
    const { setup, wishes } = reading;
    if (!this.#lodging.serves(setup.model))
      return this.#lodging.refuse(socket, unknownModel(setup.model));
    const adopted = this.#adopt({ setup, named: guest.named }, seat);
    const seeding = adopted && !this.#lodging.hasPast() ? "tell" : "skip";
    const { inputTranscription, outputTranscription } = wishes;
    this.#lodging.participants.reseat(socket, {
      arrived: undefined,
      guest: {
        ...guest,
        hearing: { ...guest.hearing, inputTranscription, outputTranscription },
        functions: setup.functions.flatMap(({ name }) => name ?? []),
        ...(setup.seeds && { seeding }),
      },
    });
    this.#lodging.join(socket);
    if (this.#lodging.session() === "on") this.#greet(socket);
  }

  /** @returns whether the conversation is as this setup wants it. */
  #adopt(wanted: Kept, { id }: Seat): boolean {
    const kept = this.#lodging.kv.get<Kept>(keptName);
    const before = kept ?? (this.#lodging.session() === "none" ? undefined : this.#tried);
    if (!before && this.#lodging.session() === "none") {
      this.#tried = wanted;
      return true;
    }
    const names = before ? differing(before.setup, wanted.setup) : ["everything"];
    if (names.length > 0) ignored(id, names);
    return false;
  }

  #greet(socket: WebSocket): void {
    const { guest } = this.#lodging.participants.seatOf(socket);
    const sessionId = guest?.hearing.vertex ? { sessionId: crypto.randomUUID() } : {};
    this.#lodging.participants.push(socket, liveFrame({ setupComplete: sessionId }));
    this.#change(socket, { greeted: true });
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

const noUpdate = (): Problem =>
  problem("BAD_FRAME", "Operation is not implemented, or supported, or enabled.");

function ignored(id: string, names: readonly string[]): void {
  // The operator must know; values may hold secrets of the client's.
  // oxlint-disable-next-line no-console
  console.warn(
    `parley: participant ${id} asks for another ${names.join(", ")} than the conversation has, which stays as it is.`,
  );
}
