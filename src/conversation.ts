/**
 * The Durable Object, one per conversation: carries out what core decides.
 *
 *     clients ⇄ participants ─► limits ─► floor ─► link ─► call ⇄ the model
 *                     ▲                              │
 *                     └──── events ◄── translate ◄───┘──► log
 *
 * Nothing here decides, and nothing on the audio path waits.
 */
import { DurableObject } from "cloudflare:workers";
import { answered } from "./access/token.ts";
import {
  checkSize,
  fullAllowance,
  spend,
  tooMany,
  type Allowance,
  type Verdict,
} from "./access/limits.ts";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import { problemEvent, stamped, typed } from "./core/event.ts";
import { emptyFloor, hear, leave, mayMark } from "./core/floor.ts";
import { due, parked, rules, step, type Effect, type Happening, type Link } from "./core/link.ts";
import { isProblem, problem, type Problem } from "./core/problem.ts";
import type { LiveRequest } from "./core/request.ts";
import { finish, nothingUnfinished, translate } from "./core/translate.ts";
import { afterMessage, beforeMessage, open, type Turn } from "./core/turn.ts";
import type { Saying } from "./core/outgoing.ts";
import { lossOf } from "./core/refusal.ts";
import { Session } from "./session.ts";
import { Log } from "./store/log.ts";
import { StoredState } from "./store/state.ts";
import { doorOf, Participants, type Seat } from "./transports/participants.ts";
import { Call } from "./upstream/call.ts";
import type { Fetch } from "./upstream/upstream.ts";
import type { Event, EventBody } from "./wire/adk.ts";
import type { ServerMessage } from "./wire/live.ts";
import { loudness } from "./wire/pcm.ts";

export class Conversation extends DurableObject<Env> {
  /** How the upstream is reached: tests put their own here. */
  protected readonly reach: Fetch = (url, init) => fetch(url, init);

  readonly #participants = new Participants(this.ctx);
  readonly #log = new Log(this.ctx.storage);
  readonly #allowances = new Map<string, Allowance>();
  #link: Link = parked;
  #call: Call | undefined;
  #floor = emptyFloor;
  #turn: Turn = { number: this.#log.lastTurn(), open: false };
  #unfinished = nothingUnfinished;
  #session = this.#sessionOf(this.#participants.anySeat());
  #run = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A client comes in: the Worker has checked who it is and says so in `seat`. */
  override async fetch(request: Request): Promise<Response> {
    const seat = JSON.parse(request.headers.get("x-parley-seat") ?? "") as Omit<Seat, "id">;
    const { 0: client, 1: server } = new WebSocketPair();
    if (this.#participants.full()) return new Response(null, { status: 503 });
    if (this.#link.at === "parked") this.#session = this.#sessionOf(seat);
    this.#participants.welcome(server, { ...seat, id: crypto.randomUUID() });
    this.#happen({ type: "join" }, server);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: answered(request.headers),
    });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const seat = this.#participants.seatOf(socket);
    const verdict = this.#spend(seat, frame);
    if (verdict === "tell") this.#refuse(socket, tooMany());
    if (verdict !== "pass") return;
    const request = checkSize(frame) ?? doorOf(seat).read(frame);
    if (isProblem(request)) return this.#refuse(socket, request);
    this.#take(request, socket, seat);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#participants.farewell(socket, code);
    this.#goodbye(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#participants.farewell(socket, 1011);
    this.#goodbye(socket);
  }

  /** The log, oldest first. */
  transcript(): Event[] {
    return this.#log.rows().map((row) => row.event);
  }

  #take(request: LiveRequest, socket: WebSocket, seat: Seat): void {
    const objection = this.#session.objection(request);
    if (objection) return this.#refuse(socket, objection);
    if (!this.#mayPass(request, socket, seat)) return;
    this.#session.offer(request);
    const saying = this.#session.saying(request);
    if (!this.#happen({ type: "say", saying }, socket)) return;
    if (request.type === "text" || request.type === "activityStart") this.#turn = open(this.#turn);
    if (request.type === "text") this.#keep(this.#event(typed(request.text)));
  }

  /** One stream reaches the model: the audio of whoever has the floor, and its marks. */
  #mayPass(request: LiveRequest, socket: WebSocket, seat: Seat): boolean {
    switch (request.type) {
      case "audio":
        return this.#hasFloor(request.pcm, socket, seat);
      case "audioStreamEnd":
      case "activityStart":
      case "activityEnd":
        return mayMark(this.#floor, seat.id);
      default:
        return true;
    }
  }

  #spend({ id }: Seat, frame: string | ArrayBuffer): Verdict {
    const now = Date.now();
    const [left, verdict] = spend(this.#allowances.get(id) ?? fullAllowance(now), frame, now);
    this.#allowances.set(id, left);
    return verdict;
  }

  #hasFloor(pcm: Uint8Array, socket: WebSocket, { id }: Seat): boolean {
    const [floor, verdict] = hear(this.#floor, id, loudness(pcm), Date.now());
    this.#floor = floor;
    if (verdict === "tell") this.#refuse(socket, floorTaken());
    return verdict === "pass";
  }

  #goodbye(socket: WebSocket): void {
    const { id } = this.#participants.seatOf(socket);
    this.#allowances.delete(id);
    const led = this.#floor.lead === id;
    this.#floor = leave(this.#floor, id);
    if (!this.#participants.anyoneBut(socket)) this.#happen({ type: "left alone" }, socket);
    else if (led) this.#say(this.#session.saying(this.#session.streamEnd()));
  }

  /** Says something of the server's own, which is never worth a dial. */
  #say(saying: Saying): void {
    if (this.#link.at === "live" || this.#link.at === "dialling")
      this.#happen({ type: "say", saying });
  }

  /**
   * Lets something happen to the link, and does what follows.
   * @param asker who is told if it is refused.
   * @returns false when it was refused.
   */
  #happen(happening: Happening, asker?: WebSocket): boolean {
    const [link, effects] = step(this.#link, happening, Date.now(), rules);
    this.#link = link;
    for (const effect of effects) this.#do(effect, asker);
    if (link.at === "parked" || link.at === "ended") this.#session.stop();
    this.#setTimer();
    return !effects.some((effect) => effect.do === "refuse");
  }

  #do(effect: Effect, asker: WebSocket | undefined): void {
    switch (effect.do) {
      case "dial":
        this.#run = `e-${crypto.randomUUID()}`;
        this.#call = this.#dial();
        return;
      case "greet":
        return this.#call?.send(this.#session.setup());
      case "send":
        return this.#call?.send(effect.saying.message);
      case "hang up":
        this.#call?.hangUp();
        this.#call = undefined;
        return;
      case "cut":
        return this.#cut();
      case "tell":
        return this.#tellAll(problemEvent(effect.problem));
      case "refuse":
        return asker && this.#refuse(asker, effect.problem);
    }
  }

  #dial(): Call {
    return new Call(readConfig(this.env, agents).upstream, this.reach, {
      opened: () => void this.#happen({ type: "opened" }),
      heard: (message) => this.#hear(message),
      dropped: (reason) =>
        void this.#happen({ type: "dropped", reason, fallback: this.#fallBack(reason) }),
    });
  }

  #hear(message: ServerMessage): void {
    this.#turn = beforeMessage(this.#turn, message);
    const [unfinished, bodies] = translate(this.#unfinished, message, this.#session.speakers());
    this.#unfinished = unfinished;
    for (const body of bodies) this.#tellAll(body);
    this.#happen({ type: "heard", message });
    this.#session.hear(message, this.#turn.number);
    this.#turn = afterMessage(this.#turn, message);
    if (message.setupComplete) this.#greet();
  }

  #cut(): void {
    const speakers = this.#session.speakers();
    const [unfinished, finals] = finish(this.#unfinished, speakers);
    this.#unfinished = unfinished;
    if (!this.#turn.open) return;
    for (const body of finals) this.#tellAll(body);
    this.#tellAll({ author: speakers.agent, interrupted: true });
    this.#turn = { ...this.#turn, open: false };
  }

  /** Sends first and keeps afterwards: a write holds back what is sent after it. */
  #tellAll(body: EventBody): void {
    const event = this.#event(body);
    this.#participants.broadcast(event);
    this.#keep(event);
  }

  /** A log that cannot be written (its storage is full) must not silence the talk. */
  #keep(event: Event): void {
    try {
      this.#log.append(event, this.#turn.number);
    } catch (error) {
      // The operator must know; nothing that was said is printed.
      // oxlint-disable-next-line no-console
      console.error(
        "parley: an event could not be kept:",
        error instanceof Error ? error.name : "",
      );
    }
  }

  #refuse(socket: WebSocket, refusal: Problem): void {
    this.#participants.tell(socket, this.#event(problemEvent(refusal)));
  }

  #event(body: EventBody): Event {
    const { customMetadata } = this.#session.agent.runConfig;
    const marked = customMetadata ? { ...body, customMetadata } : body;
    return stamped(marked, { id: crypto.randomUUID(), invocationId: this.#run, now: Date.now() });
  }

  /** The agent speaks first, where its author wants that and nobody has spoken yet. */
  #greet(): void {
    const saying = this.#turn.number === 0 ? this.#session.greeting() : undefined;
    if (saying) this.#say(saying);
  }

  /** Whether the model is unknown to the service and the agent names another. */
  #fallBack(reason: string): boolean {
    return lossOf(reason).problem.code === "MODEL_NOT_FOUND" && this.#session.fallBack();
  }

  #sessionOf(seat: Omit<Seat, "id"> | undefined): Session {
    const agent = agents.find(({ name }) => name === seat?.app) ?? agents[0];
    const wishes = { proactivity: false, affectiveDialog: false, ...seat };
    return new Session(agent, wishes, {
      state: new StoredState(this.ctx.storage),
      env: this.env,
      tell: (body) => this.#tellAll(body),
      say: (saying) => this.#say(saying),
      run: () => (this.#link.at === "live" ? this.#run : ""),
    });
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const at = due(this.#link);
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => void this.#happen({ type: "clock" }),
      Math.max(0, at - Date.now()),
    );
  }
}

const floorTaken = (): Problem =>
  problem(
    "FLOOR_TAKEN",
    "Somebody else is speaking, so your microphone is not heard right now. Speak when they are done.",
  );
