/** Stopping a function that streams, as agent kits declare it: `stop_streaming(function_name)`. */
import type { ReplyContext } from "../../ports.ts";
import { stems } from "../words/stem.ts";
import { STOP_STREAMING } from "./candidates.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import { callsMade } from "./call-history.ts";
import type { Callable } from "./schema.ts";

const STOPS =
  /^(?:(?:please|ok|okay|now|hey|can you|could you|would you|i want you to) )*(?:stop|end|cancel|quit|halt|no more|enough)\b|\b(?:stop|cancel|quit|end) (?:the |that |this |all |my )?(?:\w+ ){0,3}(?:monitor|watch|track|stream|count|update|alert|report|notification|research|observ)/;

/**
 * The function to stop: one that the words name, the one called last when they name none.
 * A bare "stop" stops something only when something was called that could be running.
 */
export function streamToStop(
  text: string,
  said: readonly string[],
  functions: readonly Callable[],
  scene: ReplyContext,
): string | undefined {
  if (!STOPS.test(text)) return undefined;
  const others = functions.map(({ name }) => name).filter((name) => name !== STOP_STREAMING);
  const called = callsMade(scene.history)
    .map(({ name }) => name ?? "")
    .filter((name) => others.includes(name));
  const content = said.filter((word) => !EMPTY.has(word));
  const fit = (name: string): number => {
    const own = stems(parted(name));
    const hits = content.filter((word) => own.some((part) => alike(part, word))).length;
    return hits === 0 ? 0 : hits + (called.includes(name) ? 0.5 : 0);
  };
  const best = others.toSorted((a, b) => fit(b) - fit(a))[0];
  if (best !== undefined && fit(best) > 0) return best;
  return called.at(-1);
}
