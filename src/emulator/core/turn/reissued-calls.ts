/**
 * Blocking calls that barge-in interrupts. The documentation says that they are cancelled, as Vertex's profile does;
 * measured on AI Studio, none is, and the model reissues some with new ids while the old ids stay valid.
 */
import type { PendingCall } from "./pending-calls.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import type { FunctionCallStep } from "../ports.ts";
import type { Session } from "../session/session.ts";

export class ReissuedCalls {
  #interrupted: readonly PendingCall[] = [];

  get pending(): boolean {
    return this.#interrupted.length > 0;
  }

  callsInterrupted(
    calls: readonly PendingCall[],
    session: Session,
    connection: ConnectionContext,
  ): void {
    const { profile } = session.config;
    const { cancellation = profile.cancelsBlockingCalls, reissue = profile.reissueProbability } =
      connection.tools;
    if (cancellation) {
      for (const { id } of calls) session.pendingCalls.remove(id);
      connection.send({ toolCallCancellation: { ids: calls.map(({ id }) => id) } });
    } else if (connection.ports.random() < reissue) this.#interrupted = calls;
  }

  /** The interrupted calls that are still unanswered and declared; a second call returns none. */
  takeCalls({ pendingCalls, config }: Session): FunctionCallStep[] {
    const declared = new Set(config.tools.functions.map(({ name }) => name));
    const reissued = this.#interrupted.filter(
      ({ id, name }) => pendingCalls.has(id) && declared.has(name),
    );
    this.#interrupted = [];
    return reissued.map(({ name, args }) => ({ name, args: { ...args } }));
  }
}
