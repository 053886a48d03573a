/** The parts of a call's state that follow from the events of its connection. */
import type { CallState } from "./call-state.ts";
import type { ConnectionEvent } from "./connection/connection.ts";
import { withoutHeardMs } from "./heard-captions.ts";
import { reduceApprovals } from "./state/approvals.ts";
import { reduceCaptions } from "./state/captions.ts";
import { isAnswerPending } from "./state/pending-answer.ts";
import type { PlaybackTurn } from "./state/playback-turn.ts";
import type { Products } from "./state/products.ts";

export function reduceState(
  { captions, approvalRequests, answerPending, audible, products }: CallState,
  turn: PlaybackTurn,
  event: ConnectionEvent,
): Partial<CallState> {
  const changes = productChanges(event);
  return {
    captions: reduceCaptions(captions, audible ? withoutHeardMs(event) : event),
    approvalRequests: reduceApprovals(approvalRequests, event),
    answerPending: isAnswerPending({ answerPending, captions, turn }, event),
    ...(changes.length > 0 && { products: Object.assign({}, products, ...changes) as Products }),
    ...(event.kind === "usage" && { tokens: event.tokens }),
  };
}

function productChanges(event: ConnectionEvent): readonly Partial<Products>[] {
  if (event.kind === "replay") return event.events.flatMap(productChanges);
  return event.kind === "products" ? [event.products] : [];
}
