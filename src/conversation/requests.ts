/** What clients ask of each other and of the house, and not of the model: done here, by whoever may. */
import { checkFrameSize, tooManyFrames } from "../access/rate-limit.ts";
import { expired } from "../access/credentials.ts";
import type { Approvals } from "../agent/approvals.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import type {
  ClientRequest,
  ControlRequest,
  ModelInput,
  PhoneRequest,
  RunRequest,
} from "../core/client-request.ts";
import { permissionError } from "../core/policy/permissions.ts";
import { helloFirst } from "../protocols/parley-v1/codec.ts";
import { doorOf, participantOf, type Participants, type Seat } from "./connections.ts";
import type { Aside, Asking } from "./client-errors.ts";
import type { Guests } from "./live-clients.ts";
import { floorTaken, nobodyFollows, setupFirst, undecidable } from "./errors.ts";
import type { Role } from "../wire/parley-v1.ts";
import type { Recorder } from "./audio-recorder.ts";
import type { Phones } from "./phone-calls.ts";
import type { Room } from "./presence.ts";
import type { Talk } from "./engine.ts";
import type { Turnstile } from "./input-limits.ts";

export interface Rooms {
  readonly participants: Participants;
  readonly room: Room;
  readonly turnstile: Turnstile;
  readonly approvals: Approvals;
  readonly talk: () => Talk<Asking>;
  readonly aside: Aside;
  readonly guests: Guests;
  readonly recorder: Recorder;
  readonly phones: Phones;
  /** A turn of somebody's own. */
  run(request: RunRequest, socket: WebSocket, seat: Seat): void;
  /** Somebody has gone. */
  left(socket: WebSocket): void;
}

type Wish = Exclude<ClientRequest, PhoneRequest>;
type Typed = Extract<ModelInput, { type: "text" }>;
type Deed = Exclude<ControlRequest, { type: "hello" | "draft" }>;

export class House {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** What a frame asks for: nothing, when too many came and that was told. */
  read(frame: string | ArrayBuffer, seat: Seat): readonly ClientRequest[] | ClientError {
    const verdict = this.#rooms.turnstile.spend(seat.id, frame);
    if (verdict === "tell") return tooManyFrames();
    return verdict === "pass" && !seat.left ? understood(frame, seat) : [];
  }

  /** What somebody says by HTTP, in the name of who follows by server-sent events. @returns why it is not taken. */
  post(frame: string, role: Role): ClientError | undefined {
    const socket = this.#rooms.participants.at("sse").at(-1);
    if (!socket) return nobodyFollows();
    const seat = { ...this.#rooms.participants.seatOf(socket), role };
    // Every post is answered: one that is dropped is told each time.
    const passes = this.#rooms.turnstile.spend(seat.id, frame) === "pass";
    const requests = passes ? understood(frame, seat) : tooManyFrames();
    if (isClientError(requests)) return requests;
    const no = requests.map((each) => this.#objection(each, seat)).find((each) => each);
    if (!no) for (const each of requests) this.take(each, socket, seat);
    return no;
  }

  /** Does what is asked of the house, and passes on what is asked of the model. */
  take(request: ClientRequest, socket: WebSocket, seat: Seat): void {
    if (request.type === "phone") return this.#rooms.phones.take(request.event, socket, seat);
    const said = this.#keep(request, socket, seat);
    if (said) this.#say(said, socket, seat);
  }

  #say(request: ModelInput, socket: WebSocket, { id }: Seat): void {
    const { room, turnstile, talk } = this.#rooms;
    const objection = talk().session.validateInput(request);
    if (objection) return this.#refuse(socket, objection);
    const verdict = turnstile.pass(id, request);
    room.hears(turnstile.speaking);
    if (verdict === "tell") this.#refuse(socket, floorTaken());
    if (verdict !== "pass") return;
    if (request.type === "audio") this.#rooms.recorder.hear(request.pcm, request.rate);
    const text = request.type === "text" ? request.id : undefined;
    talk().take(request, { socket, text });
  }

  /** @returns what of it is asked of the model. */
  #keep(request: Wish, socket: WebSocket, seat: Seat): ModelInput | undefined {
    const no = this.#objection(request, seat);
    if (no) {
      const text = request.type === "text" ? request.id : undefined;
      if (request.type !== "audio" || this.#rooms.room.reminds(seat))
        this.#rooms.aside.refuse(socket, no, text);
      return undefined;
    }
    switch (request.type) {
      case "approve":
        if (!this.#rooms.approvals.decide(request.id, request)) this.#refuse(socket, undecidable());
        return undefined;
      case "state":
        this.#refuseIf(socket, this.#rooms.talk().change(request.delta));
        return undefined;
      case "run":
        this.#rooms.run(request, socket, seat);
        return undefined;
      case "report":
        this.#refuseIf(socket, this.#rooms.talk().report(request));
        return undefined;
      case "draft":
        this.#refuseIf(socket, this.#rooms.room.draft(socket, request.text));
        return undefined;
      case "text":
        return this.#typed(request, socket, seat);
      case "content":
        return this.#rooms.guests.seeded({ ...request, from: seat.id }, socket, seat);
      case "setup":
      case "toolResponse":
      case "contextUpdate":
        this.#rooms.guests.take(request, socket, seat);
        return undefined;
      case "hello":
        this.#greet(request, socket, seat);
        return undefined;
      case "ack":
      case "played":
      case "interrupt":
      case "mute":
      case "bye":
      case "end":
        this.#do(request, socket, seat);
        return undefined;
      default:
        return request;
    }
  }

  #typed(request: Typed, socket: WebSocket, seat: Seat): ModelInput | undefined {
    const { room, guests } = this.#rooms;
    if (request.id !== undefined && !room.isNew(request.id)) return undefined;
    const text = room.drafted(socket) + request.text;
    return guests.seeded({ ...request, text, from: seat.id }, socket, seat);
  }

  #objection(request: ClientRequest, seat: Seat): ClientError | undefined {
    if (seat.guest?.ticket && Date.now() >= seat.guest.ticket.until) return expired();
    if (seat.arrived && seat.door === "live" && request.type !== "setup") return setupFirst();
    return seat.arrived && seat.door === "native" && request.type !== "hello"
      ? helloFirst()
      : permissionError(request, participantOf(seat));
  }

  #greet(hello: Extract<ControlRequest, { type: "hello" }>, socket: WebSocket, seat: Seat): void {
    this.#refuseIf(socket, this.#rooms.room.hello(socket, hello));
    if (seat.arrived) this.#rooms.aside.remind(socket);
  }

  #do(request: Deed, socket: WebSocket, seat: Seat): void {
    const { participants, room } = this.#rooms;
    switch (request.type) {
      case "ack":
        return participants.acked(socket, request.seq);
      case "played":
        return room.played(seat, request.seq, request.ms);
      case "interrupt":
        return this.#rooms.talk().interrupt({ cutBy: seat.id, heardMs: room.heardMs(seat) });
      case "mute":
        return this.#mute(request, socket, seat);
      case "bye":
        return this.#bye(socket, request.reason);
      case "end":
        room.end(1000, request.reason ?? "An operator has ended this conversation.");
        return this.#rooms.talk().end();
    }
  }

  #mute(request: Extract<ControlRequest, { type: "mute" }>, socket: WebSocket, seat: Seat): void {
    const { room, turnstile } = this.#rooms;
    const whose = room.mute(seat, request);
    if (isClientError(whose)) return this.#refuse(socket, whose);
    // The stream they were heard in is over: what they said may be answered.
    if (whose.muted && turnstile.mute(whose.id)) this.#rooms.talk().endStream();
    room.hears(turnstile.speaking);
  }

  #bye(socket: WebSocket, reason: string | undefined): void {
    const { room, participants } = this.#rooms;
    room.leave(socket, reason);
    participants.dismiss(socket, 1000, reason ?? "Goodbye.");
    this.#rooms.left(socket);
  }

  #refuse(socket: WebSocket, no: ClientError): void {
    this.#rooms.aside.refuse(socket, no);
  }

  #refuseIf(socket: WebSocket, no: ClientError | undefined): void {
    if (no) this.#refuse(socket, no);
  }
}

function understood(
  frame: string | ArrayBuffer,
  seat: Seat,
): readonly ClientRequest[] | ClientError {
  const request = checkFrameSize(frame) ?? doorOf(seat).read(frame);
  return isClientError(request) ? request : [request].flat();
}
