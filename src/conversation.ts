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
import { checkSize, tooMany } from "./access/limits.ts";
import type { Agent } from "./agent/agent.ts";
import { Approvals } from "./agent/approvals.ts";
import { answered } from "./access/token.ts";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import { Dossier, type Description } from "./conversation/dossier.ts";
import { floorTaken, notAnOperator, undecidable } from "./conversation/objections.ts";
import { Talk, type Place } from "./conversation/talk.ts";
import { Turnstile } from "./conversation/turnstile.ts";
import { problemEvent } from "./core/event.ts";
import { isProblem, type Problem } from "./core/problem.ts";
import type { Approve, LiveRequest } from "./core/request.ts";
import { lasting, type Delta } from "./core/state.ts";
import { Log, type Page } from "./store/log.ts";
import { Wakeups } from "./store/wakeups.ts";
import { doorOf, Participants, type Seat } from "./transports/participants.ts";
import type { Fetch } from "./upstream/upstream.ts";
import { noActions, type Event } from "./wire/adk.ts";

export class Conversation extends DurableObject<Env> {
  /** How the upstream is reached: tests put their own here. */
  protected readonly reach: Fetch = (url, init) => fetch(url, init);

  /** The agent of a name: tests put their own here. */
  protected agentOf(app: string | undefined): Agent {
    return agents.find(({ name }) => name === app) ?? agents[0];
  }

  readonly #participants = new Participants(this.ctx);
  readonly #log = new Log(this.ctx.storage);
  readonly #wakeups = new Wakeups(this.ctx.storage);
  readonly #dossier = new Dossier(this.ctx, this.env, this.#log, this.#wakeups);
  readonly #approvals = new Approvals((body) => this.#talk.journal.tell(body));
  readonly #turnstile = new Turnstile();
  readonly #talk = this.#openTalk();

  /** A client comes in: the Worker has checked who it is and says so in `seat`. */
  override async fetch(request: Request): Promise<Response> {
    const seat = JSON.parse(request.headers.get("x-parley-seat") ?? "") as Omit<Seat, "id">;
    const { 0: client, 1: server } = new WebSocketPair();
    if (this.#participants.full()) return new Response(null, { status: 503 });
    this.#dossier.begin();
    this.#dossier.refresh();
    this.#participants.welcome(server, { ...seat, id: crypto.randomUUID() });
    if (seat.role === "operator") this.#remind(server);
    this.#talk.join(server, this.agentOf(seat.app), seat);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: answered(request.headers),
    });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    // Frames that were on their way when the server closed would wake what was deleted.
    if (socket.readyState !== WebSocket.OPEN) return;
    const seat = this.#participants.seatOf(socket);
    const verdict = this.#turnstile.spend(seat.id, frame);
    if (verdict === "tell") this.#refuse(socket, tooMany());
    if (verdict !== "pass") return;
    const request = checkSize(frame) ?? doorOf(seat).read(frame);
    if (isProblem(request)) return this.#refuse(socket, request);
    if (request.type === "approve") return this.#decide(request, socket, seat);
    if (request.type !== "state") return this.#take(request, socket, seat);
    const full = this.#setState(request.delta);
    if (full) this.#refuse(socket, full);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#participants.farewell(socket, code);
    this.#goodbye(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#participants.farewell(socket, 1011);
    this.#goodbye(socket);
  }

  override async alarm(): Promise<void> {
    const due = this.#wakeups.due(Date.now());
    if (due.includes("session")) this.#talk.keepAwake();
    if (due.includes("directory")) await this.#dossier.deliver();
  }

  transcript(after = 0): Page {
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
  create(state: Delta, past: readonly Event[]): boolean | Problem {
    const made = this.#dossier.create(state, past);
    this.#talk.journal.reread();
    return made;
  }

  /** A change of state from beside the talk (ADK's PATCH). */
  patch(delta: Delta): Problem | undefined {
    return this.#setState(delta, `p-${crypto.randomUUID()}`);
  }

  /** Ends it for everybody, and forgets all of it. Deleting twice is harmless. */
  async delete(): Promise<void> {
    this.#participants.dismiss(1000, "This conversation was deleted.");
    this.#talk.end();
    await this.#dossier.forget();
    this.#talk.anew(this.agentOf(undefined), noWishes);
    await this.#dossier.settled();
  }

  #setState(delta: Delta, run?: string): Problem | undefined {
    const full = this.#dossier.tryChange(delta);
    const stateDelta = lasting(delta);
    if (!full && Object.keys(stateDelta).length > 0)
      this.#talk.journal.tell({ author: "user", actions: { ...noActions, stateDelta } }, run);
    return full;
  }

  #take(request: LiveRequest, socket: WebSocket, seat: Seat): void {
    const objection = this.#talk.session.objection(request);
    if (objection) return this.#refuse(socket, objection);
    const verdict = this.#turnstile.pass(seat.id, request);
    if (verdict === "tell") this.#refuse(socket, floorTaken());
    if (verdict !== "pass") return;
    this.#talk.take(request, socket);
  }

  #decide({ id, approved, payload }: Approve, socket: WebSocket, { role }: Seat): void {
    if (role !== "operator") return this.#refuse(socket, notAnOperator());
    if (!this.#approvals.decide(id, { approved, payload })) this.#refuse(socket, undecidable());
  }

  #goodbye(socket: WebSocket): void {
    const led = this.#turnstile.leave(this.#participants.seatOf(socket).id);
    if (!this.#participants.anyoneBut(socket)) this.#talk.leftAlone();
    else if (led) this.#talk.endStream();
  }

  #openTalk(): Talk<WebSocket> {
    const seat = this.#participants.anySeat();
    const place: Place<WebSocket> = {
      storage: this.ctx.storage,
      env: this.env,
      log: this.#log,
      dossier: this.#dossier,
      approvals: this.#approvals,
      wakeups: this.#wakeups,
      // Asked for at each dial: a test puts its own in place after this object is made.
      fetch: (url, init) => this.reach(url, init),
      endpoint: () => readConfig(this.env, agents).upstream,
      broadcast: (event) => this.#participants.broadcast(event),
      refuse: (socket, problem) => this.#refuse(socket, problem),
    };
    return new Talk(place, this.agentOf(seat?.app), seat ?? noWishes);
  }

  #refuse(socket: WebSocket, refusal: Problem): void {
    this.#participants.tell(socket, this.#talk.journal.event(problemEvent(refusal)));
  }

  /** An operator who comes later must know what waits. */
  #remind(socket: WebSocket): void {
    for (const body of this.#approvals.open)
      this.#participants.tell(socket, this.#talk.journal.event(body));
  }
}

const noWishes = { proactivity: false, affectiveDialog: false };
