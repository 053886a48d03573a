/**
 * Calls that blocked and have lost the floor to barge-in. Documented is that they are cancelled; measured that none is,
 * and that some are made again, with new ids, the old ones staying good.
 */
import type { PendingCall } from "./pending-calls.ts";
import type { ConnectionContext } from "../connection/connection-context.ts";
import type { FunctionCallStep } from "../ports.ts";
import type { Session } from "../session/session.ts";

export class ReissuedCalls {
  #again: readonly PendingCall[] = [];

  /** Whether calls are to be made again. */
  get pending(): boolean {
    return this.#again.length > 0;
  }

  callsInterrupted(
    calls: readonly PendingCall[],
    session: Session,
    floor: ConnectionContext,
  ): void {
    const { cancellation, reissue = session.config.profile.reissues } = floor.tools;
    if (cancellation) {
      for (const { id } of calls) session.pendingCalls.remove(id);
      floor.send({ toolCallCancellation: { ids: calls.map(({ id }) => id) } });
    } else if (floor.ports.random() < reissue) this.#again = calls;
  }

  /** What is to be called again, and is still neither answered nor undeclared; only once. */
  takeCalls({ pendingCalls, config }: Session): FunctionCallStep[] {
    const declared = new Set(config.tools.functions.map(({ name }) => name));
    const again = this.#again.filter(({ id, name }) => pendingCalls.has(id) && declared.has(name));
    this.#again = [];
    return again.map(({ name, args }) => ({ name, args: { ...args } }));
  }
}
