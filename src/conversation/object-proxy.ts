/**
 * Clients of the Live API who came to an object of their own and turned out to come back to another conversation:
 * their handle says so, in the first frame. This object carries their frames there.
 *
 *     client ⇄ this object ⇄ the conversation that the handle names
 */
import { expired } from "../access/credentials.ts";
import { push } from "../protocols/send-queue.ts";
import type { Participants, Seat } from "./connections.ts";
import { clipCloseReason, sendableCloseCode } from "../wire/close-code.ts";

export class Relays {
  readonly #participants: Participants;
  readonly #lines = new Map<string, WebSocket>();

  constructor(participants: Participants) {
    this.#participants = participants;
  }

  /** From here on the client is there. @param there the other conversation's end, not accepted yet. */
  open(socket: WebSocket, there: WebSocket): void {
    const { id } = this.#participants.reseat(socket, { relayed: true });
    there.binaryType = "arraybuffer";
    there.accept();
    this.#lines.set(id, there);
    there.addEventListener("message", ({ data }) => push(socket, data as string | ArrayBuffer));
    there.addEventListener("close", ({ code, reason }) => {
      if (this.#lines.delete(id))
        this.#participants.dismiss(socket, sendableCloseCode(code), reason);
    });
  }

  /** @returns whether the frame is for the other conversation. */
  carry(socket: WebSocket, seat: Seat, frame: string | ArrayBuffer): boolean {
    const { id, relayed, guest } = seat;
    if (!relayed) return false;
    const line = this.#lines.get(id);
    if (guest?.ticket && Date.now() >= guest.ticket.until) {
      const { close, message } = expired();
      this.close(id, close);
      this.#participants.dismiss(socket, close, message);
    } else if (line) push(line, frame);
    // This object slept, and the way there is gone.
    else this.#participants.dismiss(socket, 1012, "Connect again with your handle.");
    return true;
  }

  /** The client has gone. */
  close(id: string, code: number): void {
    const line = this.#lines.get(id);
    if (this.#lines.delete(id))
      line?.close(sendableCloseCode(code), clipCloseReason("The client has gone."));
  }
}
