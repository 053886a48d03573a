/**
 * The interface of a telephone provider: its signatures, its instructions for a call, and the messages of its media
 * stream. A provider has no state; `codec.ts`, `send-queue.ts` and `route.ts` are the same for all of them.
 */
import type { CallStatus, DialOutcome, PhoneEvent } from "../../core/client-request.ts";
import type { PhoneProtocolName } from "../attachment.ts";

/** A request of the provider, as far as a signature covers it. */
interface ProviderRequest {
  /** As the provider knows it: by PUBLIC_URL, with the query; `wss` for a media stream. */
  readonly url: string;
  readonly headers: Headers;
  /** The form of a webhook; undefined for the upgrade to a media stream. */
  readonly body: string | undefined;
}

/** The state of a call, as a webhook reports it. */
export interface CallForm {
  /** All names that the provider has for the call, the current one first. */
  readonly ids: readonly string[];
  /** The caller: a number or a SIP address. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** How the call to another telephone ended. */
  readonly dialled: DialOutcome | undefined;
  /** Whether a person or a machine answered an outbound call, where the provider was asked for it. */
  readonly answeredBy: "person" | "machine" | undefined;
  /** The progress of the call, in a status callback. */
  readonly status: CallStatus | undefined;
}

/** Connects a call to a media stream. */
interface StreamInstruction {
  /** A `wss` URL without a query. */
  readonly stream: string;
  /** The provider repeats it in the stream's `start`: letters and digits. */
  readonly token: string;
  /** The provider asks this URL for instructions when the stream ends before the call. */
  readonly afterwards: string;
}

/** Connects a call to another telephone. */
export interface DialInstruction {
  /** A number, or a SIP address. */
  readonly to: string;
  /** The provider asks this URL when the other party has hung up, or has not answered. */
  readonly afterwards: string;
}

export interface PhoneProvider {
  /** Also the first part of the provider's addresses. */
  readonly name: PhoneProtocolName;
  /** For people. */
  readonly title: string;
  /** The setting with the key of the provider's signatures. */
  readonly keySetting: string;
  /** Whether its signatures cover the address of a request: without that, nothing in the address says whose call it is. */
  readonly signsAddress: boolean;
  /** Whether the provider signs the upgrade to a media stream; without it the stream's token alone proves its origin. */
  readonly signsStreams: boolean;
  /** Whether the request is the provider's. @param key of its signatures. @param now in ms since the epoch. */
  verify(request: ProviderRequest, key: string, now: number): Promise<boolean>;
  readForm(form: URLSearchParams): CallForm;

  // Instructions, as XML.
  connect(instruction: StreamInstruction): string;
  dial(instruction: DialInstruction): string;
  /** The line is busy: a call that was not answered costs nothing. */
  reject(): string;
  hangUp(): string;

  // The media stream's messages, before they are JSON. `stream` is the provider's name of the stream.
  /** @returns undefined for a message that is malformed, or of no interest. */
  readMessage(message: unknown): PhoneEvent | undefined;
  /** @param payload base64, µ-law of 8 kHz. */
  media(stream: string, payload: string): object;
  mark(stream: string, name: string): object;
  clear(stream: string): object;
  /** Presses keys; undefined where a stream has no such message, and keys are tones in the audio. */
  readonly keys?: (stream: string, digits: string) => object;
}
