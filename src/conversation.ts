/**
 * The Durable Object, one per conversation: carries out what core decides.
 *
 *     clients ⇄ participants ─► turnstile ─► guardrail ─► line ⇄ the model
 *                     ▲                          │            │
 *                     └───────── journal ◄───────┴────────────┘──► log
 *
 * Nothing here decides, and nothing on the audio path waits.
 */
import { DurableObject } from "cloudflare:workers";
import { checkSize, tooMany } from "./access/limits.ts";
import type { Agent } from "./agent/agent.ts";
import { Approvals } from "./agent/approvals.ts";
import { screened } from "./agent/hooks.ts";
import { answered } from "./access/token.ts";
import { agents } from "./agents/index.ts";
import { readConfig } from "./config.ts";
import { Dossier, type Description } from "./conversation/dossier.ts";
import { Guardrail } from "./conversation/guardrail.ts";
import { Journal } from "./conversation/journal.ts";
import { Line } from "./conversation/line.ts";
import { floorTaken, notAnOperator, undecidable } from "./conversation/objections.ts";
import type { Session } from "./conversation/session.ts";
import { Stage } from "./conversation/stage.ts";
import { Turnstile } from "./conversation/turnstile.ts";
import { problemEvent } from "./core/event.ts";
import { memoryOf, nothingSaid, type Memory } from "./core/memory.ts";
import { isProblem, type Problem } from "./core/problem.ts";
import type { Saying } from "./core/outgoing.ts";
import { lossOf } from "./core/refusal.ts";
import type { Approve, LiveRequest } from "./core/request.ts";
import { lasting, type Delta } from "./core/state.ts";
import { Log, type Page } from "./store/log.ts";
import { doorOf, Participants, type Seat } from "./transports/participants.ts";
import type { Fetch } from "./upstream/upstream.ts";
import { noActions, type Event } from "./wire/adk.ts";
import type { ServerMessage } from "./wire/live.ts";

export class Conversation extends DurableObject<Env> {
  /** How the upstream is reached: tests put their own here. */
  protected readonly reach: Fetch = (url, init) => fetch(url, init);

  /** The agent of a name: tests put their own here. */
  protected agentOf(app: string | undefined): Agent {
    return agents.find(({ name }) => name === app) ?? agents[0];
  }

  readonly #participants = new Participants(this.ctx);
  readonly #log = new Log(this.ctx.storage);
  readonly #dossier = new Dossier(this.ctx, this.env, this.#log);
  readonly #turnstile = new Turnstile();
  readonly #approvals = new Approvals((body) => this.#journal.tell(body));
  #stage = this.#openStage(this.#participants.anySeat());
  #memory = nothingSaid;
  /** The next session with the model is another agent's, who goes on with the turn. */
  #handedOver = false;
  readonly #line = this.#openLine();
  readonly #journal = new Journal(this.#log, {
    broadcast: (event) => this.#participants.broadcast(event),
    run: () => this.#line.run,
    metadata: () => this.#stage.session.agent.runConfig.customMetadata,
    kept: () => this.#dossier.touched(),
    screen: (event) => {
      const { agent, hookContext } = this.#stage.session;
      return screened(event, agent.hooks, hookContext);
    },
  });
  readonly #guardrail = new Guardrail({
    session: () => this.#stage.session,
    tell: (body) => this.#journal.tell(body),
    cut: () => this.#journal.cut(this.#stage.session.speakers()),
    mention: (words) => this.#line.mention(this.#stage.session.words(words)),
  });

  /** A client comes in: the Worker has checked who it is and says so in `seat`. */
  override async fetch(request: Request): Promise<Response> {
    const seat = JSON.parse(request.headers.get("x-parley-seat") ?? "") as Omit<Seat, "id">;
    const { 0: client, 1: server } = new WebSocketPair();
    if (this.#participants.full()) return new Response(null, { status: 503 });
    if (this.#line.at === "parked") this.#stage = this.#openStage(seat);
    this.#dossier.begin();
    this.#dossier.refresh();
    this.#participants.welcome(server, { ...seat, id: crypto.randomUUID() });
    if (seat.role === "operator") this.#remind(server);
    this.#line.happen({ type: "join" }, server);
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

  /** Something is owed to the directory. */
  override async alarm(): Promise<void> {
    await this.#dossier.deliver();
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
    this.#journal.reread();
    return made;
  }

  /** A change of state from beside the talk (ADK's PATCH). */
  patch(delta: Delta): Problem | undefined {
    return this.#setState(delta, `p-${crypto.randomUUID()}`);
  }

  /** Ends it for everybody, and forgets all of it. Deleting twice is harmless. */
  async delete(): Promise<void> {
    this.#participants.dismiss(1000, "This conversation was deleted.");
    this.#line.close();
    await this.#dossier.forget();
    this.#journal.reread();
    this.#stage = this.#openStage(undefined);
    await this.#dossier.settled();
  }

  #setState(delta: Delta, run?: string): Problem | undefined {
    const full = this.#dossier.tryChange(delta);
    const stateDelta = lasting(delta);
    if (!full && Object.keys(stateDelta).length > 0)
      this.#journal.tell({ author: "user", actions: { ...noActions, stateDelta } }, run);
    return full;
  }

  #take(request: LiveRequest, socket: WebSocket, seat: Seat): void {
    const objection = this.#stage.session.objection(request);
    if (objection) return this.#refuse(socket, objection);
    const verdict = this.#turnstile.pass(seat.id, request);
    if (verdict === "tell") this.#refuse(socket, floorTaken());
    if (verdict !== "pass") return;
    if (request.type !== "text") return this.#say(request, socket);
    this.#guardrail.type(
      request.text,
      (text) => this.#say({ type: "text", text }, socket),
      (problem) => this.#refuse(socket, problem),
    );
  }

  #say(request: LiveRequest, socket: WebSocket): void {
    this.#stage.session.offer(request);
    const saying = this.#stage.session.saying(request);
    if (!this.#line.happen({ type: "say", saying }, socket)) return;
    if (request.type === "text" || request.type === "activityStart") this.#journal.openTurn();
    if (request.type === "text") this.#journal.typed(request.text);
  }

  #decide({ id, approved, payload }: Approve, socket: WebSocket, { role }: Seat): void {
    if (role !== "operator") return this.#refuse(socket, notAnOperator());
    if (!this.#approvals.decide(id, { approved, payload })) this.#refuse(socket, undecidable());
  }

  #goodbye(socket: WebSocket): void {
    const led = this.#turnstile.leave(this.#participants.seatOf(socket).id);
    if (!this.#participants.anyoneBut(socket)) this.#line.happen({ type: "left alone" }, socket);
    else if (led) this.#line.mention(this.#stage.session.saying(this.#stage.session.streamEnd()));
  }

  #openLine(): Line<WebSocket> {
    return new Line<WebSocket>({
      // Asked for at each dial: a test puts its own in place after this object is made.
      fetch: (url, init) => this.reach(url, init),
      endpoint: () => readConfig(this.env, agents).upstream,
      remember: () => (this.#memory = this.#remember()),
      setup: async () => {
        const { session } = this.#stage;
        await session.ready(this.#dossier.loaded());
        return session.setup(this.#memory);
      },
      recall: () => this.#recall(),
      heard: (message) => this.#hear(message),
      fallBack: (reason) =>
        lossOf(reason).problem.code === "MODEL_NOT_FOUND" && this.#stage.session.fallBack(),
      cut: () => this.#journal.cut(this.#stage.session.speakers()),
      tell: (problem) => this.#journal.tell(problemEvent(problem)),
      refuse: (asker, problem) => this.#refuse(asker, problem),
      silent: () => {
        this.#stage.stop();
        this.#dossier.rest();
      },
    });
  }

  /** Nobody is owed an answer to what was blocked. */
  #remember(): Memory {
    const memory = memoryOf(this.#log.newest(500), this.#handedOver);
    return this.#guardrail.stopping ? { ...memory, owed: undefined } : memory;
  }

  #hear(message: ServerMessage): void {
    this.#guardrail.hear(message, (told) => this.#tell(told));
  }

  #tell(message: ServerMessage): void {
    const { session } = this.#stage;
    this.#journal.hear(message, session.speakers(), () => {
      this.#line.happen({ type: "heard", message });
      const { turn } = this.#journal;
      this.#guardrail.whenJudged(message, () => session.hear(message, turn));
    });
  }

  #refuse(socket: WebSocket, refusal: Problem): void {
    this.#participants.tell(socket, this.#journal.event(problemEvent(refusal)));
  }

  /** An operator who comes later must know what waits. */
  #remind(socket: WebSocket): void {
    for (const body of this.#approvals.open)
      this.#participants.tell(socket, this.#journal.event(body));
  }

  /**
   * What a session that is ready hears first: what was said before it. The agent speaks first where its
   * author wants that and nobody has spoken yet, or where it takes over with nothing to answer.
   */
  #recall(): readonly Saying[] {
    const { session } = this.#stage;
    const recalled = session.recall(this.#memory);
    const opens = this.#memory.owed === undefined && (this.#handedOver || this.#journal.turn === 0);
    const greeting = opens && (session.greeting() ?? (this.#handedOver && session.words(takeOver)));
    this.#handedOver = false;
    return greeting ? [...recalled, greeting] : recalled;
  }

  #openStage(seat: Omit<Seat, "id"> | undefined): Stage {
    const root = this.agentOf(seat?.app);
    const wishes = { proactivity: false, affectiveDialog: false, ...seat };
    const { kv } = this.ctx.storage;
    return new Stage(root, wishes, {
      state: {
        get: (key) => this.#dossier.get(key),
        set: (key, value) => this.#dossier.change({ [key]: value }),
      },
      env: this.env,
      approvals: this.#approvals,
      tell: (body) => this.#journal.tell(body),
      say: (saying) => this.#line.mention(saying),
      mention: (text) => this.#line.mention(this.#stage.session.words(text)),
      run: () => (this.#line.at === "live" ? this.#line.run : ""),
      turn: () => this.#journal.turn,
      lead: () => kv.get<string>("lead"),
      keepLead: (name) => kv.put("lead", name),
      changed: (from, to) => this.#change(from, to),
    });
  }

  /** Another agent leads: it gets a session of its own, and goes on where the other stopped. */
  #change(from: Session, to: Session): void {
    this.#handedOver = true;
    this.#journal.close(from.speakers());
    const agentChanged = { from: from.agent.name, to: to.agent.name };
    this.#journal.tell({ author: to.agent.name, agentChanged });
    this.#line.happen({ type: "renew" });
  }
}

const takeOver =
  "[You have just taken over this conversation. Go on with it, in one short sentence.]";
