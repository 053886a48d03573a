/**
 * The connection of one client: its socket, its attachment, and all state that is this client's alone.
 *
 * A microphone frame reads fields and calls no method: `update` works out in advance whether the client may speak.
 */
import { userStateError } from "../access/grant-checks.ts";
import { expired } from "../access/credentials.ts";
import { tokenExpired } from "../access/token.ts";
import { RateLimit, type Allowance } from "../access/rate-limit.ts";
import type { ClientRequest } from "../core/client-request.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import type { ClientError } from "../core/errors.ts";
import type { Lateness } from "../core/lateness.ts";
import type { FileFormat } from "../core/media-file.ts";
import { permissionError, receivesAudio, requiredRole } from "../core/policy/permissions.ts";
import type { Attachment, LiveClient } from "../protocols/attachment.ts";
import { helloFirst } from "../protocols/parley-v1/codec.ts";
import { withOpusMicrophone } from "../protocols/parley-v1/opus-microphone.ts";
import type { Protocol } from "../protocols/protocol.ts";
import { protocols } from "../protocols/registry.ts";
import { maxUnreadBytes, sendNow, unreadBytes, type SendQueue } from "../protocols/send-queue.ts";
import { clipCloseReason, sendableCloseCode } from "../wire/close-code.ts";
import type { AudioDirection, Participant, Role } from "../wire/parley-v1.ts";
import { micSampleRate } from "../wire/pcm.ts";
import { setupFirst } from "./errors.ts";

/** Takes the frames of a client outside this conversation: its lookup is under way, or another object serves it. */
export interface FrameInterceptor {
  receive(frame: string | ArrayBuffer): void;
}

/** The shortest time between two reminders that a client may not speak, or sends too many pictures. */
const reminderMs = 10_000;

export class Connection {
  readonly id: string;
  readonly socket: WebSocket;
  protocol: Protocol;
  readonly rateLimit = new RateLimit();
  /** Set by the first audio. */
  audioAllowance: Allowance | undefined;
  /** The reason why the client may not speak; undefined if it may. */
  audioError: ClientError | undefined;
  /** When the client's token expires, in ms since the epoch; Infinity without one. */
  expiresAt = Infinity;
  receivesAudio = false;
  /** The ways on which the client's audio is Opus. */
  opus: readonly AudioDirection[] = [];
  takesOpus = false;
  /** The file that came last as microphone audio; undefined if none did. */
  sentFile: FileFormat | undefined;
  /** Until then the client's frames are dropped, in ms since the epoch: too many of its person's were malformed. */
  droppedUntil = 0;
  /** The client has marked a beginning that was refused, so that its end marks nothing. */
  isStartRefused = false;
  /** The client has marked the beginning of its speech, and not the end. */
  hasOpenActivity = false;
  /** The conversation has handled the client's leaving, whatever the state of the socket is. */
  hasLeft = false;
  interceptor: FrameInterceptor | undefined;
  /** Whether it has spoken or typed since the newest receipt of the model's service. */
  asks = false;
  readonly #lateness: Lateness;
  /** The client may say nothing more: its budget is used up. */
  #inputEnded: ClientError | undefined;
  readonly #changed: () => void;
  #attachment: Attachment;
  #sendQueue: SendQueue | undefined;
  /** As of the send queue that was dropped last. */
  #oldestUnread: number | undefined;
  readonly #remindedAt = { audio: -Infinity, pictures: -Infinity };
  /** Answers since the last acknowledgement. A new `hello` does not change it. */
  #unreadAnswerBytes = 0;
  /** When the client began to play the newest answer, in ms since the epoch. */
  #playingSince: number | undefined;

  /** @param changed is called after each change of the attachment. */
  constructor(socket: WebSocket, attachment: Attachment, lateness: Lateness, changed: () => void) {
    this.socket = socket;
    this.#lateness = lateness;
    this.#attachment = attachment;
    this.#changed = changed;
    this.id = attachment.id;
    this.protocol = protocols[attachment.protocol];
    this.#derive();
  }

  get attachment(): Attachment {
    return this.#attachment;
  }

  get role(): Role {
    return this.#attachment.role;
  }

  /** The sender: the person of the token, else the address, else this connection alone. */
  get person(): string {
    const { person, address } = this.#attachment;
    return person ?? address ?? this.id;
  }

  /** The person before its token was renewed, if it was. */
  get firstPerson(): string {
    return this.#attachment.formerPersons?.[0] ?? this.person;
  }

  get participant(): Participant {
    const { id, role, muted } = this.#attachment;
    return { id, role, ...(muted && { muted }) };
  }

  /** Whether frames can still be sent and received. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN && !this.hasLeft;
  }

  get isJoined(): boolean {
    return this.#attachment.joined;
  }

  /** Undefined unless the client speaks the Live API. */
  get liveClient(): LiveClient | undefined {
    return this.#attachment.protocol === "live-api" ? this.#attachment.client : undefined;
  }

  /** The error for a client whose token has expired, in the words of its protocol. */
  get expiryError(): ClientError {
    return this.liveClient ? expired() : tokenExpired();
  }

  /** Changes fields of the attachment, and stores it. @throws Error if it is larger than 16 KiB. */
  update(change: Partial<Attachment>): void {
    const attachment = { ...this.#attachment, ...change } as Attachment;
    this.socket.serializeAttachment(attachment);
    this.#attachment = attachment;
    this.#derive();
    this.#changed();
  }

  updateLiveClient(change: Partial<LiveClient>): void {
    const client = this.liveClient;
    if (client) this.update({ client: { ...client, ...change } });
  }

  /** The reason why the client may not make a request now; undefined if it may. @param now in ms since the epoch. */
  requestError(request: ClientRequest, now: number): ClientError | undefined {
    if (now >= this.expiresAt) return this.expiryError;
    return (
      this.#joinError(request) ??
      this.#userStateError(request) ??
      (requiredRole[request.type] === "speaker" ? this.#inputEnded : undefined) ??
      permissionError(request, this.participant)
    );
  }

  /** A run's change of the state comes here by itself, before the run's message. */
  #userStateError(request: ClientRequest): ClientError | undefined {
    return request.type === "state" && this.#attachment.token?.oneSession
      ? userStateError(request.delta)
      : undefined;
  }

  /** Why the client may say nothing more, whatever its role; undefined if it may. */
  get inputEnded(): ClientError | undefined {
    return this.#inputEnded;
  }

  /** From now on the client may only listen, until the relay closes its connection. */
  endInput(error: ClientError): void {
    this.#inputEnded = error;
    this.#derive();
  }

  /** Whether a reminder that the client's audio or pictures are dropped is due. */
  takeReminder(of: "audio" | "pictures", now: number): boolean {
    const due = now - this.#remindedAt[of] >= reminderMs;
    if (due) this.#remindedAt[of] = now;
    return due;
  }

  /** Frames through the send queue. @returns false if the client has stopped reading. */
  send(frames: readonly OutboundFrame[]): boolean {
    return frames.every((frame) => this.sendFrame(frame));
  }

  /** Frames through the send queue that this client alone has asked for. They count as `push`. @returns as `send`. */
  answer(frames: readonly OutboundFrame[]): boolean {
    for (const { bytes } of frames) this.#countAnswer(bytes);
    return this.send(frames);
  }

  /** One frame through the send queue. @returns as `send`. */
  sendFrame(frame: OutboundFrame): boolean {
    if (!this.#wants(frame)) return true;
    this.#sendQueue ??= this.#createSendQueue();
    return this.#sendQueue.send(frame);
  }

  /** For how long the client has acknowledged nothing while the object was on time, in ms; undefined if nothing waits for that. */
  get unreadMs(): number | undefined {
    return this.#sendQueue?.unreadMs;
  }

  /** The `seq` of the first frame that the client may miss, after it has left, too; undefined if it has acknowledged all. */
  get oldestUnread(): number | undefined {
    return this.#sendQueue ? this.#sendQueue.oldestUnread : this.#oldestUnread;
  }

  /** An answer to this client alone: it is sent at once, and counts against the client's rate limit. @returns as `send`. */
  push(data: string | Uint8Array): boolean {
    this.#countAnswer(data.length);
    sendNow(this.socket, data);
    const unread = this.#acknowledges ? this.#unreadAnswerBytes : unreadBytes(this.socket);
    return unread <= maxUnreadBytes;
  }

  #countAnswer(bytes: number): void {
    this.rateLimit.chargeAnswer(bytes);
    this.#unreadAnswerBytes += bytes;
  }

  get #acknowledges(): boolean {
    return this.#attachment.protocol === "parley-v1";
  }

  acknowledge(seq: number): void {
    this.#unreadAnswerBytes = 0;
    this.#sendQueue?.acknowledge?.(seq);
  }

  onMark(name: string): void {
    this.#sendQueue?.onMark?.(name);
  }

  /** How much audio the client has not played yet, in ms, where its protocol says so. */
  get unplayedMs(): number {
    return this.#sendQueue?.unplayedMs ?? 0;
  }

  /** Sends all audio of the answer so far, with a mark behind it. */
  flush(): void {
    this.#sendQueue?.flush?.();
  }

  /** Repeats a sound until the next audio (telephone). @param round µ-law, 8 kHz. */
  startHold(round: Uint8Array): void {
    this.#sendQueue ??= this.#createSendQueue();
    this.#sendQueue.startHold?.(round);
  }

  stopHold(): void {
    this.#sendQueue?.stopHold?.();
  }

  /** Presses keys on the telephone. */
  press(digits: string): void {
    this.#sendQueue ??= this.#createSendQueue();
    this.#sendQueue.press?.(digits);
  }

  /** @param since when the answer's first sample was played, in ms since the epoch. */
  startedPlaying(since: number): void {
    this.#playingSince = since;
  }

  /** How much of the newest answer the client has heard, in ms, where it or its protocol says so. Asked once an answer. */
  takeHeardMs(now: number): number | undefined {
    const since = this.#playingSince;
    this.#playingSince = undefined;
    const played = this.#sendQueue?.playedMs;
    return played ?? (since === undefined ? undefined : Math.max(0, Math.round(now - since)));
  }

  #createSendQueue(): SendQueue {
    return this.protocol.createSendQueue(this.socket, this.#attachment, this.#lateness);
  }

  /** The client says `hello`. @param seq of the answer: what it was sent before counts as unread until it acknowledges that. */
  resumeSendQueue(seq: number): void {
    this.#sendQueue?.resume?.(seq);
  }

  /** Drops the waiting frames: the client has left. */
  resetSendQueue(): void {
    this.#oldestUnread = this.oldestUnread;
    this.#sendQueue?.close();
    this.#sendQueue = undefined;
  }

  close(code: number, reason: string): void {
    this.resetSendQueue();
    this.socket.close(code, clipCloseReason(reason));
    this.#changed();
  }

  /** Answers the client's close: a hibernating socket does not do so by itself, and the client would hang. */
  acknowledgeClose(code: number): void {
    try {
      this.socket.close(sendableCloseCode(code));
    } catch {
      // The runtime has closed it already.
    }
    this.#changed();
  }

  /** The fields that follow from the attachment. */
  #derive(): void {
    const silence = { type: "audio", pcm: new Uint8Array(), rate: micSampleRate } as const;
    this.audioError =
      this.#joinError(silence) ?? this.#inputEnded ?? permissionError(silence, this.participant);
    this.expiresAt = this.#attachment.token?.expiresAt ?? Infinity;
    this.receivesAudio = receivesAudio(this.#attachment);
    this.hasLeft = this.#attachment.left === true;
    if (this.#attachment.protocol === "parley-v1") this.#deriveOpus(this.#attachment.opus ?? []);
  }

  #deriveOpus(opus: readonly AudioDirection[]): void {
    if (opus.includes("up") !== this.opus.includes("up"))
      this.protocol = opus.includes("up") ? withOpusMicrophone() : protocols["parley-v1"];
    this.opus = opus;
    this.takesOpus = opus.includes("down");
  }

  /** A client of these protocols must join first. */
  #joinError({ type }: ClientRequest): ClientError | undefined {
    if (this.isJoined) return undefined;
    if (this.liveClient && type !== "setup") return setupFirst();
    return this.#attachment.protocol === "parley-v1" && type !== "hello" ? helloFirst() : undefined;
  }

  #wants({ audioMs, isVoiceActivity }: OutboundFrame): boolean {
    const attachment = this.#attachment;
    const textOnly = "textOnly" in attachment && attachment.textOnly;
    if (audioMs > 0 && (textOnly || !this.receivesAudio)) return false;
    return !isVoiceActivity || "voiceActivity" in attachment;
  }
}
