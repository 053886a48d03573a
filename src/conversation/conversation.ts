/**
 * The Durable Object, one per conversation: carries out what core decides.
 *
 *     clients ⇄ participants ─► turnstile ─► talk ⇄ the model
 *                     ▲                        │
 *                     └─────── journal ◄───────┴──► log
 *
 * Nothing here decides, and nothing on the audio path waits.
 */
import { DurableObject } from "cloudflare:workers";
import type { Agent } from "../agent/agent.ts";
import { Approvals } from "../agent/approvals.ts";
import { subprotocolHeader } from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig, type Config } from "../config.ts";
import { Alarms } from "./alarm-dispatch.ts";
import { Aside, type Asking } from "./client-errors.ts";
import { runtime, type Clock } from "./clock.ts";
import { Guests } from "./live-clients.ts";
import { Dossier, type Description } from "./session-store.ts";
import { Departures } from "./disconnect.ts";
import { House } from "./requests.ts";
import { Lifetime } from "./retention.ts";
import { movedTo, moveIn, type Estate } from "./migration.ts";
import { placeAt } from "./site.ts";
import { Phones } from "./phone-calls.ts";
import { Reception } from "./reception.ts";
import { Recorder } from "./audio-recorder.ts";
import { Room } from "./presence.ts";
import { Runs } from "./runs.ts";
import { Talk } from "./engine.ts";
import { Telling } from "./broadcaster.ts";
import { Turnstile } from "./input-limits.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import { movedHeader } from "../placement.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { EventLog, type EventPage } from "../store/event-log.ts";
import { conversationTables } from "../store/schema-migrations.ts";
import { AlarmSchedule } from "../store/alarm-schedule.ts";
import { Participants, type Seat } from "./connections.ts";
import type { Fetch } from "../upstream/endpoint.ts";
import type { Event } from "../wire/adk.ts";
import type { Role } from "../wire/parley-v1.ts";

export class Conversation extends DurableObject<Env> {
  /** How the upstream is reached: tests put their own here. */
  protected readonly reach: Fetch = (url, init) => fetch(url, init);

  /** The agent of a name: tests put their own here. */
  protected agentOf(app: string | undefined): Agent {
    return agents.find(({ name }) => name === app) ?? agents[0];
  }

  /** What the line to the model waits by: tests put their own here. */
  protected clock(): Clock {
    return runtime;
  }

  /** The settings: tests put their own here. */
  protected settings(): Config {
    return readConfig(this.env, agents);
  }

  readonly #participants = new Participants(this.ctx);
  readonly #log = new EventLog(this.ctx.storage);
  readonly #artifacts = new ArtifactStore(this.ctx.storage, conversationTables);
  readonly #wakeups = new AlarmSchedule(this.ctx.storage);
  readonly #dossier = new Dossier(this.ctx, this.env, this.#log, this.#wakeups);
  readonly #telling = new Telling(this.#participants, this.#log, this.ctx.storage, (socket) =>
    this.#departures.lose(socket),
  );
  readonly #room = new Room(
    this.#participants,
    this.#telling,
    () => this.#dossier.state,
    () => this.#log.newest(100).map(({ id }) => id),
    () => this.#runs.close(),
  );
  readonly #approvals = new Approvals((body) => this.#talk.journal.tell(body));
  readonly #turnstile = new Turnstile();
  readonly #lifetime = new Lifetime(this.#wakeups, () => this.settings().timeouts);
  readonly #runs = new Runs({
    participants: this.#participants,
    clock: () => this.clock(),
    take: (piece, socket, seat) => this.#house.take(piece, socket, seat),
    event: (body) => this.#talk.journal.event(body),
  });
  readonly #guests: Guests = new Guests({
    env: this.env,
    kv: this.ctx.storage.kv,
    settings: () => this.settings(),
    clock: () => this.clock(),
    participants: this.#participants,
    telling: this.#telling,
    dossier: this.#dossier,
    log: this.#log,
    talk: () => this.#talk,
    join: (socket) => this.#reception.enter(socket),
    reopen: (app) => this.#talk.anew(this.#lead(app), this.#participants.anySeat() ?? noWishes),
    refuse: (socket, problem) => this.#aside.refuse(socket, problem),
    receive: (socket, frame) => this.webSocketMessage(socket, frame),
  });
  readonly #phones: Phones = new Phones({
    object: this.ctx,
    participants: this.#participants,
    clock: () => this.clock(),
    enter: (socket) => this.#reception.enter(socket),
    house: () => this.#house,
    departures: () => this.#departures,
    talk: () => this.#talk,
  });
  readonly #departures: Departures = new Departures({
    participants: this.#participants,
    room: this.#room,
    turnstile: this.#turnstile,
    runs: this.#runs,
    guests: this.#guests,
    phones: this.#phones,
    talk: () => this.#talk,
  });
  readonly #recorder = new Recorder(this.ctx.id, this.#participants, this.#artifacts, (body) =>
    this.#talk.journal.tell(body),
  );
  readonly #aside = new Aside({
    participants: this.#participants,
    room: this.#room,
    telling: this.#telling,
    approvals: this.#approvals,
    runs: this.#runs,
    expel: (socket, problem) => this.#departures.expel(socket, problem),
    event: (body) => this.#talk.journal.event(body),
  });
  readonly #alarms = new Alarms({
    participants: this.#participants,
    dossier: this.#dossier,
    room: this.#room,
    lifetime: this.#lifetime,
    wakeups: this.#wakeups,
    talk: () => this.#talk,
    delete: () => this.delete(),
  });
  readonly #reception: Reception = new Reception({
    participants: this.#participants,
    room: this.#room,
    dossier: this.#dossier,
    lifetime: this.#lifetime,
    aside: this.#aside,
    phones: this.#phones,
    talk: () => this.#talk,
    lead: (app) => this.#lead(app),
  });
  readonly #house: House = new House({
    participants: this.#participants,
    room: this.#room,
    turnstile: this.#turnstile,
    approvals: this.#approvals,
    guests: this.#guests,
    phones: this.#phones,
    talk: () => this.#talk,
    aside: this.#aside,
    recorder: this.#recorder,
    run: (request, socket, seat) => this.#runs.ask(request, socket, seat),
    left: (socket) => this.#departures.left(socket),
  });
  readonly #talk = this.#openTalk();

  /** A client comes in: the Worker has checked who it is and says so in `seat`. */
  override async fetch(request: Request): Promise<Response> {
    const seat = JSON.parse(request.headers.get("x-parley-seat") ?? "") as Omit<Seat, "id">;
    const { 0: client, 1: server } = new WebSocketPair();
    const moved = this.movedTo();
    if (moved) return new Response(null, { status: 410, headers: { [movedHeader]: moved } });
    if (this.#participants.full()) return new Response(null, { status: 503 });
    this.#departures.sweep();
    this.#reception.arrive(server, { ...seat, id: crypto.randomUUID() });
    if (seat.guest?.ticket) this.#alarms.watch();
    const headers = subprotocolHeader(request.headers);
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    // Frames that were on their way when the server closed would wake what was deleted.
    if (socket.readyState !== WebSocket.OPEN) return;
    const seat = this.#participants.seatOf(socket);
    if (this.#guests.diverts(frame, socket, seat)) return;
    const read = this.#house.read(frame, seat);
    if (isClientError(read)) return this.#aside.refuse(socket, read);
    for (const each of read) this.#house.take(each, socket, this.#participants.seatOf(socket));
  }

  /** Something that a follower says by HTTP. @returns why it is not taken; what comes of it is told where they follow. */
  say(frame: string, role: Role): ClientError | undefined {
    return this.#house.post(frame, role);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#departures.closed(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.#departures.closed(socket, 1011);
  }

  override async alarm(): Promise<void> {
    if (this.movedTo()) return;
    this.#departures.sweep();
    await this.#alarms.ring(this.#wakeups.takeDue(Date.now()));
  }

  /** The name of the object that the conversation moved to, if it did. */
  movedTo(): string | undefined {
    return movedTo(this.ctx.storage);
  }

  /** Becomes what another object was. */
  inherit(estate: Estate): void {
    moveIn(this.ctx.storage, this.#log, this.#artifacts, estate);
    this.#dossier.inherit(estate.memory?.state);
    this.#talk.journal.reread();
  }

  artifacts(): ArtifactStore {
    return this.#artifacts;
  }

  /** A telephone call is about to come. @returns false when it was here before, and is over. */
  expectCall(token: string, again: boolean): boolean {
    return this.#phones.expect(token, again);
  }

  transcript(after = 0): EventPage {
    return this.#log.page(after);
  }

  /** The state, and when it was last heard of; undefined when there is no such conversation. */
  describe(): Promise<Description | undefined> {
    return this.#dossier.describe();
  }

  /**
   * Makes it, with a state and a past.
   * @returns false when it exists; then nothing has changed. A problem when the state is too much.
   */
  create(state: StateDelta, past: readonly Event[]): Promise<boolean | ClientError> {
    const made = this.#dossier.create(state, past);
    this.#talk.journal.reread();
    return this.#dossier.told(made);
  }

  /** A change of state from beside the talk (ADK's PATCH). */
  patch(delta: StateDelta): Promise<ClientError | undefined> {
    return this.#dossier.told(this.#talk.change(delta, `p-${crypto.randomUUID()}`));
  }

  /** Ends it for everybody, and forgets all of it. Deleting twice is harmless. */
  async delete(): Promise<void> {
    this.#room.end(1000, "This conversation was deleted.");
    this.#talk.end();
    await this.#dossier.forget();
    this.#telling.forget();
    this.#guests.forget();
    this.#lifetime.forget();
    this.#talk.anew(this.agentOf(undefined), noWishes);
    await this.#dossier.settled();
  }

  /** Who leads, if nobody has led yet. */
  #lead(app?: string): Agent {
    return this.#guests.agentFor(this.agentOf(app));
  }

  #openTalk(): Talk<Asking> {
    const seat = this.#participants.anySeat();
    const place = placeAt({
      object: this.ctx,
      env: this.env,
      log: this.#log,
      artifacts: this.#artifacts,
      dossier: this.#dossier,
      approvals: this.#approvals,
      wakeups: this.#wakeups,
      clock: this.clock(),
      telling: this.#telling,
      room: this.#room,
      turnstile: this.#turnstile,
      lifetime: this.#lifetime,
      runs: this.#runs,
      guests: this.#guests,
      recorder: this.#recorder,
      aside: this.#aside,
      // Asked for at each dial: a test puts its own in place after this object is made.
      fetch: (url, init) => this.reach(url, init),
      settings: () => this.settings(),
      talk: () => this.#talk,
    });
    return new Talk(place, this.#lead(seat?.app), seat ?? noWishes);
  }
}

const noWishes = { proactivity: false, affectiveDialog: false };
