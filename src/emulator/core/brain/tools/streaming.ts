/** The streaming function that an utterance asks to stop. */
import type { ReplyContext } from "../../ports.ts";
import { stems } from "../words/stem.ts";
import { callsMade } from "./call-history.ts";
import { STOP_STREAMING } from "./candidates.ts";
import { alike, EMPTY, parted } from "./lexicon.ts";
import type { Callable } from "./schema.ts";

const STOPS =
  /^(?:(?:please|ok|okay|now|hey|can you|could you|would you|i want you to) )*(?:stop|end|cancel|quit|halt|no more|enough)\b|\b(?:stop|cancel|quit|end) (?:the |that |this |all |my )?(?:\w+ ){0,3}(?:monitor|watch|track|stream|count|update|alert|report|notification|research|observ)/;

/** The function that the utterance names; without a name, the one that was called last, if any was. */
export function streamToStop(
  text: string,
  spoken: readonly string[],
  functions: readonly Callable[],
  context: ReplyContext,
): string | undefined {
  if (!STOPS.test(text)) return undefined;
  const others = functions.map(({ name }) => name).filter((name) => name !== STOP_STREAMING);
  const called = callsMade(context.history)
    .map(({ name = "" }) => name)
    .filter((name) => others.includes(name));
  const fit = (name: string): number => {
    const own = stems(parted(name)).filter((part) => !EMPTY.has(part));
    const hits = spoken.filter((word) => own.some((part) => alike(part, word))).length;
    return hits === 0 ? 0 : hits + (called.includes(name) ? 0.5 : 0);
  };
  const named = others.filter((name) => fit(name) > 0).sort((a, b) => fit(b) - fit(a));
  return named[0] ?? called.at(-1);
}
