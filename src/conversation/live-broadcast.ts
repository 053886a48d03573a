/**
 * What clients of the Live API hear: the model's own messages as they came, so that what parley does not know
 * arrives too; and, where an agent's author rewrites events or no message says it, what the events say.
 */
import { receivesAudio } from "../core/policy/permissions.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { frameFor, frameOf, messagesOf, unsaid } from "../protocols/live-api/encoder.ts";
import type { Participants } from "./connections.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";

export class Overhearing {
  readonly #participants: Participants;
  readonly #lost: (socket: WebSocket) => void;
  /** Of the user's words a part was told: their final repeats it. */
  #begun = false;

  /** @param lost is told of clients that take in nothing any more. */
  constructor(participants: Participants, lost: (socket: WebSocket) => void) {
    this.#participants = participants;
    this.#lost = lost;
  }

  /**
   * A message of the model, as far as it may be told.
   * @param screened its author rewrites events: then it is told by them, and only what none of them says by this.
   * @returns whether its events are told by it.
   */
  message(message: ServerMessage, screened: boolean): boolean {
    const heard = message.serverContent?.inputTranscription;
    if (heard && !screened) this.#begun = heard.finished !== true;
    this.#tell(screened ? unsaid(message) : message);
    return !screened;
  }

  /** What nobody's message says. */
  event(event: Event): void {
    const heard = event.inputTranscription;
    for (const message of messagesOf(event, !this.#begun)) this.#tell(message);
    if (heard) this.#begun = !heard.finished;
  }

  /** What somebody typed: the Live API has one place for a person's words. */
  typed({ content }: Event, from: string | undefined): void {
    const text = content?.parts?.map((part) => part.text ?? "").join("");
    if (text) this.#tell({ serverContent: { inputTranscription: { text } } }, from);
  }

  /** The line to the model is being changed, or is there again. */
  lifecycle(upstream: "away" | "ready"): void {
    const { data } = frameOf({ serverContent: {}, parley: { upstream } });
    for (const socket of this.#participants.at("live")) {
      const { guest } = this.#participants.seatOf(socket);
      if (guest?.greeted && guest.hearing.lifecycle) this.#participants.push(socket, data);
    }
  }

  #tell(message: ServerMessage, except?: string): void {
    // Once for all who hear the same.
    const written = new Map<string, OutboundFrame | undefined>();
    for (const socket of this.#participants.at("live")) {
      const seat = this.#participants.seatOf(socket);
      if (!seat.guest?.greeted || seat.id === except) continue;
      const hearing = { ...seat.guest.hearing, sound: receivesAudio(seat) };
      const key = JSON.stringify(hearing);
      if (!written.has(key)) written.set(key, frameFor(message, hearing));
      const frame = written.get(key);
      if (frame && !this.#participants.send(socket, [frame])) this.#lost(socket);
    }
  }
}
