/** The interface of a protocol: it decodes one kind of client's frames and encodes the events of the conversation. */
import type { ClientRequest } from "../core/client-request.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import type { ClientError } from "../core/errors.ts";
import type { Lateness } from "../core/lateness.ts";
import type { Event } from "../wire/adk.ts";
import type { Participant, PresenceChange } from "../wire/parley-v1.ts";
import type { Attachment } from "./attachment.ts";
import type { SendQueue } from "./send-queue.ts";

/** An event for all connections. */
export interface PublishedEvent {
  readonly event: Event;
  /** The id of the participant who typed it. */
  readonly from?: string | undefined;
  /** Live API clients got it as the model's own message. */
  readonly sentAsMessage?: boolean;
  /** Of a request for approval: the call is declined then. */
  readonly expiresInMs?: number | undefined;
  /** The cursor of an SSE client that has received this event. */
  readonly cursor?: string | undefined;
}

export interface PresenceUpdate {
  readonly change: PresenceChange;
  readonly participant: Participant;
  readonly reason?: string | undefined;
}

export interface Protocol {
  /** A client joins by its first message (`hello`, `setup`, `start`); absent: when its socket opens. */
  readonly joinsByMessage?: true;
  /** Decodes one frame of a client into its requests. An error refuses the frame as a whole. */
  decode(frame: string | ArrayBuffer): ClientRequest | readonly ClientRequest[] | ClientError;
  /**
   * Encodes one event. The broadcaster calls it once per event, however many connections there are.
   * @param nextSeq allocates the sequence number of a frame.
   */
  encode(published: PublishedEvent, nextSeq: () => number): readonly OutboundFrame[];
  /** Encodes an error for one client. @param textId the id of the refused text, if the client gave one. */
  encodeError(error: ClientError, event: Event, seq: number, textId?: string): string | Uint8Array;
  /** Whether an error closes the connection instead of being sent; absent: no error does. */
  closesOn?(error: ClientError): boolean;
  createSendQueue(socket: WebSocket, attachment: Attachment, lateness: Lateness): SendQueue;
}
