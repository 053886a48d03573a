/** One client's place in a conversation: its socket, its attachment, and all state that is this client's alone. */
import {
  checkFrameSize,
  fullBucket,
  spendTokens,
  type RateDecision,
  type RateLimitBucket,
} from "../access/rate-limit.ts";
import type { ClientRequest } from "../core/client-request.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { permissionError, receivesAudio } from "../core/policy/permissions.ts";
import type { Attachment, LiveClient } from "../protocols/attachment.ts";
import type { Protocol } from "../protocols/protocol.ts";
import { protocols } from "../protocols/registry.ts";
import { sendNow, type SendQueue } from "../protocols/send-queue.ts";
import { clipCloseReason, sendableCloseCode } from "../wire/close-code.ts";
import type { Participant, Role } from "../wire/parley-v1.ts";

/** Takes the frames of a client that is not in this conversation: its lookup is under way, or another object has it. */
export interface FrameInterceptor {
  receive(frame: string | ArrayBuffer): void;
}

/** A client that may not speak is reminded this often, not at every frame. */
const reminderMs = 10_000;

export class Connection {
  readonly socket: WebSocket;
  readonly protocol: Protocol;
  readonly #changed: () => void;
  #attachment: Attachment;
  #sendQueue: SendQueue | undefined;
  #rateLimit: RateLimitBucket | undefined;
  #audioPermission: { readonly error: ClientError | undefined } | undefined;
  #remindedAt = -Infinity;
  /** When the client began to play the newest answer, in ms since the epoch. */
  #playingSince: number | undefined;
  interceptor: FrameInterceptor | undefined;

  /** @param changed is called after each change of the attachment. */
  constructor(socket: WebSocket, attachment: Attachment, changed: () => void) {
    this.socket = socket;
    this.#attachment = attachment;
    this.#changed = changed;
    this.protocol = protocols[attachment.protocol];
  }

  get attachment(): Attachment {
    return this.#attachment;
  }

  get id(): string {
    return this.#attachment.id;
  }

  get role(): Role {
    return this.#attachment.role;
  }

  get participant(): Participant {
    const { id, role, muted } = this.#attachment;
    return { id, role, ...(muted && { muted }) };
  }

  /** Whether frames can still be sent and received. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN && !this.#attachment.left;
  }

  get isJoined(): boolean {
    return this.#attachment.joined;
  }

  /** Undefined unless the client speaks the Live API. */
  get liveClient(): LiveClient | undefined {
    return this.#attachment.protocol === "live-api" ? this.#attachment.client : undefined;
  }

  /** Changes fields of the attachment, and stores it. @throws Error if it is larger than 16 KiB. */
  update(change: Partial<Attachment>): void {
    const attachment = { ...this.#attachment, ...change } as Attachment;
    this.socket.serializeAttachment(attachment);
    this.#attachment = attachment;
    this.#audioPermission = undefined;
    this.#changed();
  }

  updateLiveClient(change: Partial<LiveClient>): void {
    const client = this.liveClient;
    if (client) this.update({ client: { ...client, ...change } });
  }

  /** Spends what one frame costs of the client's rate limit. @param now in ms. */
  spend(frame: string | ArrayBuffer, now: number): RateDecision {
    const [rest, decision] = spendTokens(this.#rateLimit ?? fullBucket(now), frame, now);
    this.#rateLimit = rest;
    return decision;
  }

  /** The requests in one frame, or what was wrong with it. */
  decode(frame: string | ArrayBuffer): readonly ClientRequest[] | ClientError {
    const decoded = checkFrameSize(frame) ?? this.protocol.decode(frame);
    return isClientError(decoded) ? decoded : [decoded].flat();
  }

  /** Why the client may not ask for something. For audio it is worked out once for each change of role or mute. */
  permissionError(request: ClientRequest): ClientError | undefined {
    if (request.type !== "audio") return permissionError(request, this.participant);
    this.#audioPermission ??= { error: permissionError(request, this.participant) };
    return this.#audioPermission.error;
  }

  /** Whether the client is to be told now why it is not heard. */
  takeReminder(now: number): boolean {
    const due = now - this.#remindedAt >= reminderMs;
    if (due) this.#remindedAt = now;
    return due;
  }

  /** Frames through the send queue. @returns false if the client has stopped reading. */
  send(frames: readonly OutboundFrame[]): boolean {
    const queue = (this.#sendQueue ??= this.protocol.createSendQueue(
      this.socket,
      this.#attachment,
    ));
    return frames.every((frame) => !this.#wants(frame) || queue.send(frame));
  }

  /** Sends at once, past the send queue. */
  push(data: string | Uint8Array): void {
    sendNow(this.socket, data);
  }

  acknowledge(seq: number): void {
    this.#sendQueue?.acknowledge?.(seq);
  }

  onMark(name: string): void {
    this.#sendQueue?.onMark?.(name);
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

  /** Drops what waits: it is for a client that has left, or that resumes. */
  resetSendQueue(): void {
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

  #wants({ audioMs, isVoiceActivity }: OutboundFrame): boolean {
    const attachment = this.#attachment;
    const textOnly = "textOnly" in attachment && attachment.textOnly;
    if (audioMs > 0 && (textOnly || !receivesAudio(attachment))) return false;
    return !isVoiceActivity || "voiceActivity" in attachment;
  }
}
