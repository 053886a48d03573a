/**
 * The talk itself: who leads it, the line to the model, and what is told and remembered of it.
 *
 *     take ─► guardrail ─► microphone ─► line ⇄ the model
 *                                         │
 *     journal ◄── guardrail ◄─────────────┴─► stage: the agent at work
 */
import type { Agent } from "../agent/agent.ts";
import { fingerprintOf } from "../agent/fingerprint.ts";
import { applyEventHook } from "../agent/hooks.ts";
import { errorEvent } from "../core/adk/event.ts";
import type { SessionKnowledge } from "../core/upstream/fsm-types.ts";
import { historyOf, emptyHistory, type History } from "../core/adk/history.ts";
import { interruptMessage, type UpstreamMessage } from "../core/upstream/encoding.ts";
import type { ClientError } from "../core/errors.ts";
import { classifyClose } from "../core/upstream/close-reasons.ts";
import { isTypedTextEcho, isRepeatedTranscript } from "../core/upstream/deduplication.ts";
import type { ModelInput, ToolResult } from "../core/client-request.ts";
import { opensTurn, withTypedText, textTurnsOf, typedText } from "../core/request-text.ts";
import { withoutTemporaryKeys, type StateDelta } from "../core/adk/session-state.ts";
import { endCall } from "../store/phone-call.ts";
import { StoredHandle } from "../store/stored-handle.ts";
import { noActions } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import { Guardrail } from "./guardrail.ts";
import { Journal } from "./event-recorder.ts";
import { Line, type Conversing } from "./upstream-connection.ts";
import { Microphone } from "./silence-gate.ts";
import { nothingWaits } from "./errors.ts";
import type { Place } from "./place.ts";
import type { AgentRuntime, AgentPreferences } from "../agent/agent-runtime.ts";
import { ActiveAgent } from "../agent/active-agent.ts";

/** An object with clients that only listen may be evicted after 15 minutes, and the session with it. */
const wakeMs = 5 * 60_000;
/** Whoever has waited longer for an answer does not wait any more. */
const oweMs = 45_000;

export class Talk<Asker> {
  readonly #place: Place<Asker>;
  readonly #resumption: StoredHandle;
  readonly #microphone = new Microphone();
  readonly journal: Journal;
  readonly #guardrail: Guardrail;
  readonly #line: Line<Asker>;
  #stage: ActiveAgent;
  #memory: History = emptyHistory;
  /** What the model said last. */
  #latest: ServerMessage = {};
  /** What was typed last, until it is answered. */
  #typed: string | undefined;
  /** The next session with the model is another agent's, who goes on with the turn. */
  #handedOver = false;

  constructor(place: Place<Asker>, root: Agent, wishes: AgentPreferences) {
    this.#place = place;
    this.#resumption = new StoredHandle(place.storage);
    this.#stage = this.#openStage(root, wishes);
    this.journal = new Journal(place.log, {
      ...place,
      overhear: (message) =>
        place.overhear(message, this.session.agent.hooks.onEvent !== undefined),
      run: () => this.#line.run,
      metadata: () => this.session.agent.runConfig.customMetadata,
      screen: (event) => applyEventHook(event, this.session.agent.hooks, this.session.hookContext),
    });
    this.#guardrail = new Guardrail({
      session: () => this.session,
      tell: (body) => this.journal.tell(body),
      cut: () => this.journal.cut(this.session.speakers()),
      mention: (words) => this.#line.mention(this.session.encodeServerText(words)),
    });
    const handle = this.#resumption.load(fingerprintOf(this.session.agent), Date.now());
    this.#line = new Line(this.#conversing(), handle, place.clock);
  }

  /** The agent at work. */
  get session(): AgentRuntime {
    return this.#stage.runtime;
  }

  /** Whether a session with the model is on, is coming, or there is none. */
  get state(): "on" | "coming" | "none" {
    if (this.#line.live) return "on";
    return this.#line.at === "parked" || this.#line.at === "ended" ? "none" : "coming";
  }

  /** Somebody comes. While no session is on, what they wish for holds from here on. */
  join(asker: Asker, root: Agent, wishes: AgentPreferences): void {
    if (this.#line.at === "parked") this.#stage = this.#openStage(root, wishes);
    this.#line.happen({ type: "join" }, asker);
  }

  /** The last one left. */
  leftAlone(): void {
    this.#line.happen({ type: "left alone" });
  }

  /** Whoever was heard left, and others stay: the stream they were in is over. */
  endStream(): void {
    this.#line.mention(this.session.encodeInput(this.session.streamEndInput()));
  }

  /** Something for the model: words as the agent's author lets them pass. */
  take(request: ModelInput, asker: Asker): void {
    const words = typedText(request);
    if (words === "") return this.#say(request, asker);
    this.#guardrail.type(words, {
      say: (text) => this.#say(withTypedText(request, text), asker),
      refuse: (problem) => this.#place.refuse(asker, problem),
      blocked: (problem) => this.#place.blocked(asker, problem),
    });
  }

  /**
   * Somebody has heard enough: everyone falls silent at once, and the model too where it can be told.
   * @param mark is kept with the answer's end.
   */
  interrupt(mark: Record<string, unknown>): void {
    const { session } = this;
    if (this.#guardrail.stopping) return;
    if (!this.journal.interrupt(session.speakers(), mark)) return;
    this.#guardrail.interrupt();
    if (this.#line.live && session.textInterrupts) this.#line.mention(interruptMessage);
  }

  /**
   * Somebody changes the state.
   * @param run what the change is a part of, when that is not the session with the model.
   */
  change(delta: StateDelta, run?: string): ClientError | undefined {
    const full = this.#place.dossier.tryChange(delta);
    const stateDelta = withoutTemporaryKeys(delta);
    if (!full && Object.keys(stateDelta).length > 0)
      this.journal.tell({ author: "user", actions: { ...noActions, stateDelta } }, run);
    return full;
  }

  /** A long-running call is answered from elsewhere. @returns why it is not. */
  report({ id, name, response }: ToolResult): ClientError | undefined {
    const { session } = this;
    const known = this.#place.log.newest(500).flatMap((event) => event.longRunningToolIds ?? []);
    if (!known.includes(id)) return nothingWaits(id);
    const functionResponse = { id, name, response };
    this.journal.tell({
      author: "user",
      content: { role: "user", parts: [{ functionResponse }] },
    });
    this.#line.mention(session.encodeServerText(`[${name} reports: ${JSON.stringify(response)}]`));
    return undefined;
  }

  /** It is over, and nothing of it is to be resumed. */
  end(): void {
    endCall(this.#place.storage);
    this.#line.happen({ type: "end" });
  }

  /** Everything was forgotten, or whoever leads is not to lead. */
  anew(root: Agent, wishes: AgentPreferences): void {
    this.#stage.stop();
    this.journal.reread();
    this.#stage = this.#openStage(root, wishes);
  }

  /** The object was woken for the session's sake: it goes on being so while one is on. */
  keepAwake(): void {
    if (this.#line.at !== "parked" && this.#line.at !== "ended")
      this.#place.wakeups.set("session", Date.now() + wakeMs);
  }

  #say(request: ModelInput, asker: Asker): void {
    this.session.offerToWatchers(request);
    if (request.type === "audio") return this.#listen(request);
    if (request.type === "audioStreamEnd" && this.#microphone.end())
      this.#line.happen({ type: "speech", on: false });
    const saying = this.session.encodeInput(request);
    if (!this.#line.happen({ type: "say", message: saying }, asker)) return;
    if (opensTurn(request)) this.journal.openTurn();
    for (const { role, text, ...from } of textTurnsOf(request)) {
      if (role === "user") this.#typed = text;
      this.journal.said(role === "user" ? undefined : this.session.agent.name, text, from);
    }
  }

  /** Speech goes on to the model, silence does not. */
  #listen(sound: Extract<ModelInput, { type: "audio" }>): void {
    const { session } = this;
    const { pass, speech } = this.#microphone.hear(
      sound,
      session.silenceGateEnabled,
      this.#line.understood,
    );
    if (speech !== undefined) this.#line.happen({ type: "speech", on: speech });
    for (const each of pass) this.#line.happen({ type: "say", message: session.encodeInput(each) });
  }

  #conversing(): Conversing<Asker> {
    const { fetch, dossier } = this.#place;
    return {
      fetch,
      endpoint: () => this.#place.endpoint(),
      remember: () => this.#remember(),
      // Should another lead by then, this call is over, and its setup is not sent.
      setup: async (handle) => {
        await this.session.prepare(dossier.loaded());
        return this.session.buildSetup(
          this.#memory,
          handle,
          this.#isNew && this.#place.guests.seeds,
        );
      },
      recall: (known) => this.#recall(known),
      keep: (handle) =>
        this.#resumption.save(handle, fingerprintOf(this.session.agent), Date.now()),
      busy: () => this.#stage.busy,
      announcesSpeech: () => this.session.announcesSpeech,
      transparent: () => this.session.resumesTransparently,
      heard: (message) => this.#hear(message),
      fallBack: (reason) => {
        this.#place.guests.lost(reason);
        return (
          classifyClose(reason).error.code === "MODEL_NOT_FOUND" && this.session.useFallbackModel()
        );
      },
      complete: () => this.journal.complete(this.session.speakers()),
      cut: () => this.journal.cut(this.session.speakers()),
      tell: (problem) => {
        if (this.#place.moves(problem)) return;
        this.journal.tell(errorEvent(problem));
        if (this.#line.at === "ended") this.#place.guests.ended(problem);
      },
      refuse: (asker, problem) => this.#place.refuse(asker, problem),
      silent: () => {
        this.#stage.stop();
        dossier.rest();
      },
    };
  }

  #hear(message: ServerMessage): void {
    const repeated =
      isRepeatedTranscript(this.#latest, message) || isTypedTextEcho(this.#typed, message);
    this.#latest = message;
    if (message.serverContent?.turnComplete) this.#typed = undefined;
    if (repeated) return;
    this.#guardrail.hear(message, (told) => this.#tell(told));
  }

  #tell(message: ServerMessage): void {
    const { session } = this;
    this.journal.hear(message, session.speakers(), () => {
      this.#line.happen({ type: "heard", message });
      const { turn } = this.journal;
      this.#guardrail.whenJudged(message, () => session.handleToolCalls(message, turn));
    });
  }

  /** Nothing was said yet. */
  get #isNew(): boolean {
    return this.journal.turn === 0 && this.#memory.turns.length === 0;
  }

  /** Another session begins, or the same goes on: words under way are said again, and told again. */
  #remember(): void {
    this.journal.forget();
    this.#place.guests.away();
    const memory = historyOf(this.#place.log.newest(500), Date.now() - oweMs, this.#handedOver);
    // Nobody is owed an answer to what was blocked.
    this.#memory = this.#guardrail.stopping ? { ...memory, unansweredText: undefined } : memory;
  }

  /**
   * What a session that is ready hears first: what was said before it. The agent speaks first where its
   * author wants that and nobody has spoken yet, or where it takes over with nothing to answer.
   */
  #recall(known: SessionKnowledge): readonly UpstreamMessage[] {
    const { session } = this;
    const recalled = session.seedMessages(this.#memory, known);
    if (known.unanswered) this.#typed ??= this.#memory.unansweredText;
    const first = this.journal.turn === 0 && !known.resumed;
    const opens = this.#memory.unansweredText === undefined && (this.#handedOver || first);
    const greeting =
      opens &&
      (session.encodeGreeting() ?? (this.#handedOver && session.encodeServerText(takeOver)));
    this.#handedOver = false;
    this.keepAwake();
    this.#place.guests.ready();
    return greeting ? [...recalled, greeting] : recalled;
  }

  #openStage(root: Agent, wishes: AgentPreferences): ActiveAgent {
    const { dossier, storage, env, approvals } = this.#place;
    return new ActiveAgent(root, wishes, {
      state: {
        get: (key) => dossier.get(key),
        set: (key, value) => dossier.change({ [key]: value }),
      },
      env,
      approvals,
      publish: (body) => this.journal.tell(body),
      sendToModel: (saying) => this.#line.mention(saying),
      sendText: (text) => this.#line.mention(this.session.encodeServerText(text)),
      invocationId: () => (this.#line.live ? this.#line.run : ""),
      turn: () => this.journal.turn,
      surface: () => this.#place.endpoint().surface,
      storedAgentName: () => storage.kv.get<string>("lead"),
      storeAgentName: (name) => storage.kv.put("lead", name),
      agentChanged: (from, to) => this.#change(from, to),
    });
  }

  /** Another agent leads: it gets a session of its own, and goes on where the other stopped. */
  #change(from: AgentRuntime, to: AgentRuntime): void {
    this.#handedOver = true;
    this.journal.close(from.speakers());
    const agentChanged = { from: from.agent.name, to: to.agent.name };
    this.journal.tell({ author: to.agent.name, agentChanged });
    this.#line.happen({ type: "renew" });
  }
}

const takeOver =
  "[You have just taken over this conversation. Go on with it, in one short sentence.]";
