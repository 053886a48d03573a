/**
 * The requests of clients, except the microphone's: permission → the engine, or the module that handles the request.
 *
 * Input for the model goes on to the engine. The module of a protocol handles the requests of that protocol alone.
 */
import { checkFrameSize, tooManyFrames } from "../access/rate-limit.ts";
import type {
  ClientRequest,
  ControlRequest,
  ModelInput,
  ToolResult,
} from "../core/client-request.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { withoutTemporaryKeys, type StateDelta } from "../core/adk/session-state.ts";
import {
  changesOfCharacters,
  limits,
  turnsOfCharacters,
  turnsOfContents,
} from "../core/policy/limits.ts";
import { permissionError, requiredRole } from "../core/policy/permissions.ts";
import { mediaIn, recordingIn, wordsOf } from "../core/request-text.ts";
import { endCall } from "../store/phone-call.ts";
import { noActions } from "../wire/adk.ts";
import { isPhone, type ConnectionToken } from "../protocols/attachment.ts";
import { mayTakeRole, type Role } from "../wire/parley-v1.ts";
import { mayCharge } from "./budgets.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import {
  draftTooLong,
  storageFull,
  tooManyChanges,
  tooManyMarks,
  tooManyPictures,
  noPendingApproval,
  recordingInContents,
  tooManyTurns,
  noSseClient,
  removed,
  streamMayNotSend,
  streamOfOtherBudget,
  unknownParticipant,
} from "./errors.ts";
import { applySeeding, isHistory } from "./live-clients.ts";
import type { Module } from "./module.ts";
import type { Presence } from "./presence.ts";

type ContentInput = Extract<ModelInput, { type: "content" }>;
type TextInput = Extract<ModelInput, { type: "text" }>;

/** How many text ids are remembered: a client that lost its connection sends its texts again. */
const maxTextIds = 500;
/** In characters; it is stored in the attachment, which takes 16 KiB. */
const maxDraftCharacters = 4_000;

/** The sender of a message by HTTP. */
export interface Sender {
  readonly role: Role;
  /** Undefined where no token is required. */
  readonly person: string | undefined;
  readonly token: ConnectionToken | undefined;
}

export class Requests implements Module {
  readonly #context: ConversationContext;
  readonly #engine: Engine;
  readonly #presence: Presence;
  /** Ids that clients gave to the texts they sent. */
  #textIds: Set<string> | undefined;

  constructor(context: ConversationContext, engine: Engine, presence: Presence) {
    this.#context = context;
    this.#engine = engine;
    this.#presence = presence;
  }

  /**
   * A message by HTTP, in the name of the sender's newest event stream: another follower must not be spoken for. Minutes
   * and budgets are the stream's, so that it must permit the message, too.
   * @returns the reason why it is refused. Errors of later steps go to the client's event stream.
   */
  post(frame: string, { role, person, token }: Sender): ClientError | undefined {
    const streams = this.#context.connections
      .joinedBy("sse")
      .filter(({ attachment }) => attachment.person === person);
    const newest = streams.at(-1);
    if (!newest) return noSseClient();
    const tooBig = checkFrameSize(frame);
    if (tooBig) return tooBig;
    // Every request gets an answer, so a dropped one is refused each time.
    const { totalMs } = this.#context.lateness;
    if (newest.rateLimit.take(frame, Date.now(), totalMs) !== "pass") return tooManyFrames();
    const decoded = newest.protocol.decode(frame);
    if (isClientError(decoded)) return decoded;
    const requests = [decoded].flat();
    // A person may follow in several places, with tokens of different roles and budgets.
    const connection =
      streams.findLast((each) => streamError(each, requests, token) === undefined) ?? newest;
    const participant = { ...connection.participant, role };
    const error =
      connection.inputEnded ??
      requests.map((each) => permissionError(each, participant)).find(Boolean) ??
      streamError(connection, requests, token);
    if (!error) for (const request of requests) this.#execute(connection, request);
    return error;
  }

  /** Carries out a request, if the client may make it. */
  handle(connection: Connection, request: ClientRequest): void {
    if (request.type === "audio")
      return this.#engine.uplink.receiveAudio(connection, request, Date.now());
    const error = connection.requestError(request, Date.now());
    if (!error) return this.#execute(connection, request);
    this.#context.refuse(connection, error, request.type === "text" ? request.id : undefined);
  }

  /** The text was refused: it may be sent again. */
  onRefused(_: Connection, textId: string | undefined): void {
    if (textId !== undefined) this.#textIds?.delete(textId);
  }

  onReset(): void {
    this.#textIds = undefined;
  }

  /**
   * @param by undefined: it is not counted.
   * @param invocationId of the change, if it is not the upstream session's.
   */
  changeState(
    by: Pick<Connection, "person"> | undefined,
    delta: StateDelta,
    invocationId?: string,
  ): ClientError | undefined {
    const changes = changesOfCharacters(JSON.stringify(delta).length);
    const error = this.#storageError() ?? (by && this.#changeError(by, changes));
    return error ?? this.#applyChange(delta, invocationId);
  }

  #applyChange(delta: StateDelta, invocationId: string | undefined): ClientError | undefined {
    const error = this.#context.sessionStore.tryChange(delta);
    const stateDelta = withoutTemporaryKeys(delta);
    if (!error && Object.keys(stateDelta).length > 0)
      this.#context.publish(
        { author: "user", actions: { ...noActions, stateDelta } },
        { invocationId },
      );
    return error;
  }

  /** The log and the other clients get each change and each interruption. */
  #changeError(by: Pick<Connection, "person">, changes: number): ClientError | undefined {
    const waitMs = this.#changesWaitMs(by, changes);
    return waitMs === 0 ? undefined : tooManyChanges(waitMs);
  }

  /** Takes changes from the allowance. @returns 0; else how long until there are as many, in ms. */
  #changesWaitMs(by: Pick<Connection, "person">, changes: number): number {
    const now = this.#context.clock.now();
    return this.#context.allowances.of("stateChanges", by.person, now).take(changes, now);
  }

  #storageError(): ClientError | undefined {
    const { object, platform } = this.#context;
    const { storedBytes } = platform.config().limits;
    return object.storage.sql.databaseSize > storedBytes ? storageFull(storedBytes) : undefined;
  }

  /** A start interrupts the answer, and an end asks for one. The end of an activity is paid for at its start. */
  #onMark(connection: Connection, request: ModelInput): void {
    const isStart = request.type === "activityStart";
    const isPaid = !isStart && connection.hasOpenActivity;
    const waitMs = isPaid ? 0 : this.#changesWaitMs(connection, isStart ? 2 : 1);
    if (waitMs > 0) {
      connection.isStartRefused = isStart;
      return this.#context.refuse(connection, tooManyMarks(waitMs));
    }
    // The model knows nothing of that activity.
    const endsNothing = !isStart && connection.isStartRefused;
    connection.isStartRefused = false;
    if (endsNothing) return;
    connection.hasOpenActivity = isStart;
    this.#engine.receiveInput(connection, request);
  }

  #onInterrupt(connection: Connection): void {
    if (this.#engine.isInterrupted) return;
    const error = this.#changeError(connection, 1);
    if (error) this.#context.refuse(connection, error);
    else this.#engine.interrupt(connection);
  }

  #execute(connection: Connection, request: ClientRequest): void {
    switch (request.type) {
      case "audio":
        return this.#engine.uplink.forwardAudio(connection, request, Date.now());
      case "image":
        return this.#onPicture(connection, request);
      case "activityStart":
      case "activityEnd":
      case "audioStreamEnd":
        return this.#onMark(connection, request);
      case "text":
        return this.#onText(connection, request);
      case "content":
        return this.#onContent(connection, request);
      case "draft":
        return this.#onDraft(connection, request.text);
      case "approve": {
        const decided = this.#context.approvals.decide(request.id, request);
        return this.#refuseIf(connection, decided ? undefined : noPendingApproval());
      }
      case "state":
        return this.#refuseIf(connection, this.changeState(connection, request.delta));
      case "report":
        return this.#onReport(connection, request);
      default:
        return this.#control(connection, request);
    }
  }

  #control(connection: Connection, request: Exclude<ClientRequest, ModelInput>): void {
    switch (request.type) {
      case "ack":
        return this.#onAck(connection, request.seq);
      case "played":
        return this.#onPlayed(connection, request.seq, request.ms);
      case "interrupt":
        return this.#onInterrupt(connection);
      case "mute":
        return this.#onMute(connection, request);
      case "remove":
        return this.#onRemove(connection, request);
      case "bye":
        this.#context.leave(connection, request.reason);
        return connection.close(1000, request.reason ?? "Goodbye.");
      case "end":
        return this.#context.end(
          1000,
          request.reason ?? "An operator has ended this conversation.",
        );
      default:
        for (const module of this.#context.modules)
          if (module.onRequest?.(connection, request)) return;
    }
  }

  /** It reaches the model as text, and costs as much: also if it answers no open call. */
  #onReport(connection: Connection, result: ToolResult): void {
    if (this.takeTurns(connection, 1)) this.#engine.receiveToolResult(connection, result);
  }

  #onText(connection: Connection, request: TextInput): void {
    if (request.id !== undefined && !this.#isNewText(request.id)) return;
    const turns = isHistory(connection, request) ? historyTurns(connection, request) : 1;
    if (!this.takeTurns(connection, turns, request.id)) return;
    const text = takeDraft(connection) + request.text;
    this.#toModel(connection, { ...request, text, from: connection.id });
  }

  /**
   * Takes what an input costs from the typed messages that the client may send. One may cost more than there is: the client
   * pays the rest before its next.
   * @returns false if the client types faster than it may; it was told.
   */
  takeTurns(connection: Connection, turns: number, textId?: string): boolean {
    if (turns === 0) return true;
    const now = this.#context.clock.now();
    const allowance = this.#context.allowances.of("typedTurns", connection.person, now);
    const waitMs = allowance.takeOrOwe(turns, now);
    if (waitMs === 0) return true;
    const { typedTurns } = this.#context.platform.config().limits;
    this.#context.refuse(connection, tooManyTurns(typedTurns, waitMs), textId);
    return false;
  }

  /** The model answers only contents that complete a turn, but is billed for the characters of all. */
  #onContent(connection: Connection, request: ContentInput): void {
    const recording = recordingIn(request);
    if (recording !== undefined)
      return this.#context.refuse(connection, recordingInContents(recording));
    const error = this.#pictureError(connection, mediaIn(request.turns).length);
    if (error) return this.#context.refuse(connection, error);
    const turns = isHistory(connection, request)
      ? historyTurns(connection, request)
      : contentTurns(request);
    if (this.takeTurns(connection, turns))
      this.#toModel(connection, { ...request, from: connection.id });
  }

  /** A camera sends them by itself, so its client is told now and then. */
  #onPicture(connection: Connection, request: ModelInput): void {
    const error = this.#pictureError(connection, 1);
    if (!error) this.#engine.receiveInput(connection, request);
    else if (connection.takeReminder("pictures", Date.now()))
      this.#context.refuse(connection, error);
  }

  /** Takes so many pictures from the client's allowance. One message may have more than it holds: they are owed. */
  #pictureError(connection: Connection, count: number): ClientError | undefined {
    if (count === 0) return undefined;
    const now = this.#context.clock.now();
    const { pictures } = this.#context.platform.config().limits;
    const most = Math.max(1, pictures * limits.pictures.burstS);
    const allowance = this.#context.allowances.of("pictures", connection.person, now);
    const waitMs = allowance.overdrawnMs(now) + allowance.take(Math.min(count, most), now);
    if (waitMs > 0) return tooManyPictures(pictures, waitMs);
    if (count > most) allowance.charge(count - most, now);
    return undefined;
  }

  #toModel(connection: Connection, input: ModelInput): void {
    const seeded = applySeeding(connection, input);
    if (seeded) this.#engine.receiveInput(connection, seeded);
  }

  /** Partial content waits for the text that completes it. */
  #onDraft(connection: Connection, text: string): void {
    const draft = draftOf(connection) + text;
    if (draft.length > maxDraftCharacters)
      return this.#context.refuse(connection, draftTooLong(maxDraftCharacters));
    connection.update({ draft });
  }

  /** No frame has a greater number yet: such an acknowledgement is untrue, or of an earlier life of the object. */
  #onAck(connection: Connection, seq: number): void {
    if (seq <= this.#context.broadcaster.seq) connection.acknowledge(seq);
  }

  #onPlayed(connection: Connection, seq: number, ms: number): void {
    const sentAt = this.#context.broadcaster.sentAt(seq);
    if (sentAt !== undefined) connection.startedPlaying(sentAt + ms);
  }

  #onMute(by: Connection, { on, who = by.id }: Extract<ControlRequest, { type: "mute" }>): void {
    const connection = this.#context.connections.find(who);
    if (!connection) return this.#context.refuse(by, unknownParticipant());
    // All clients are told. A mute must never fail.
    const error = on ? undefined : this.#changeError(by, 1);
    if (error) return this.#context.refuse(by, error);
    const muted = on ? (who === by.id ? "self" : "operator") : undefined;
    for (const each of muted === "self" ? [connection] : this.#presence.samePerson(connection)) {
      this.#presence.setMuted(each, muted);
      if (muted !== "self") this.#presence.storeMute(each, on);
      this.#engine.uplink.onMuteChanged(each);
    }
  }

  #onRemove(by: Connection, { who, reason }: Extract<ControlRequest, { type: "remove" }>): void {
    const target = this.#context.connections.find(who);
    if (!target) return this.#context.refuse(by, unknownParticipant());
    // The bearer of the operator's own token, such as its second device, is removed alone.
    const isOwn = target.person === by.person;
    for (const each of isOwn ? [target] : this.#presence.samePerson(target)) {
      if (!isOwn) this.#presence.storeExclusion(each);
      // The provider asks how the call goes on: it is over.
      if (isPhone(each.attachment.protocol)) endCall(this.#context.object.storage);
      this.#context.closeFor(each, removed(reason), "An operator has removed this participant.");
    }
  }

  #isNewText(id: string): boolean {
    const ids = (this.#textIds ??= new Set(this.#context.log.newest(100).map((event) => event.id)));
    if (ids.has(id)) return false;
    ids.add(id);
    const [oldest] = ids;
    if (ids.size > maxTextIds && oldest !== undefined) ids.delete(oldest);
    return true;
  }

  #refuseIf(connection: Connection, error: ClientError | undefined): void {
    if (error) this.#context.refuse(connection, error);
  }
}

/** Why the event stream that a message by HTTP belongs to does not permit it; undefined if it does. */
function streamError(
  { role, attachment }: Connection,
  requests: readonly ClientRequest[],
  token: ConnectionToken | undefined,
): ClientError | undefined {
  if (!requests.every(({ type }) => mayTakeRole(role, requiredRole[type])))
    return streamMayNotSend(role);
  return mayCharge(token, attachment.token) ? undefined : streamOfOtherBudget();
}

/** Contents that complete no turn cost at least so much: they may interrupt an answer, and a hook reads them. */
const leastPieceTurns = 0.1;

/** In typed messages: contents that complete a turn are at least one. */
function contentTurns(request: ContentInput): number {
  const turns = turnsIn(request);
  return request.complete ? Math.max(1, Math.ceil(turns)) : Math.max(leastPieceTurns, turns);
}

/** In typed messages. In a conversation under way the history is dropped. */
const historyTurns = ({ liveClient }: Connection, request: ContentInput | TextInput): number =>
  liveClient?.seeding === "skip" ? 0 : turnsIn(request);

/** In typed messages: by its characters, or by its turns. */
function turnsIn(request: ContentInput | TextInput): number {
  const turns = request.type === "content" ? request.turns.length : 0;
  return Math.max(turnsOfCharacters(wordsOf(request).length), turnsOfContents(turns));
}

const draftOf = ({ attachment }: Connection): string =>
  attachment.protocol === "adk-live" ? (attachment.draft ?? "") : "";

function takeDraft(connection: Connection): string {
  const draft = draftOf(connection);
  if (draft) connection.update({ draft: undefined });
  return draft;
}
