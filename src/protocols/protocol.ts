/** A protocol: what one kind of client speaks. It decodes the client's frames and encodes what the conversation publishes. */
import type { ClientRequest } from "../core/client-request.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import type { ClientError } from "../core/errors.ts";
import type { Event } from "../wire/adk.ts";
import type { Participant, PresenceChange } from "../wire/parley-v1.ts";
import type { Attachment } from "./attachment.ts";
import type { SendQueue } from "./send-queue.ts";

/** An event that all connections get. */
export interface PublishedEvent {
  readonly event: Event;
  /** The id of the participant who typed it, if one did. */
  readonly from?: string | undefined;
  /** Live API clients got it as the model's own message. */
  readonly sentAsMessage?: boolean;
  /** Where an SSE client resumes from once it has this event. */
  readonly cursor?: string | undefined;
}

export interface PresenceUpdate {
  readonly change: PresenceChange;
  readonly participant: Participant;
  readonly reason?: string | undefined;
}

export interface Protocol {
  /** The requests in one frame of a client, or what was wrong with it. */
  decode(frame: string | ArrayBuffer): ClientRequest | readonly ClientRequest[] | ClientError;
  /**
   * One event as frames. The broadcaster calls it once per event, however many connections there are.
   * @param nextSeq gives each frame its sequence number.
   */
  encode(published: PublishedEvent, nextSeq: () => number): readonly OutboundFrame[];
  /** An error for one client alone. @param textId of the text that was refused. */
  encodeError(error: ClientError, event: Event, seq: number, textId?: string): string | Uint8Array;
  /** Whether an error closes the connection, instead of being sent; absent: none does. */
  closesOn?(error: ClientError): boolean;
  /** What waits for one connection of this protocol. */
  createSendQueue(socket: WebSocket, attachment: Attachment): SendQueue;
}
