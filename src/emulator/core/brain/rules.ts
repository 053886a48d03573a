/**
 * The rules brain: an ordered list of skills, each of which answers what it understands.
 *
 * It is honest: it says that it is a local emulator, and what it did not understand it repeats.
 */
import type { Brain, ReplyContext, Step } from "../ports.ts";
import { codeRun } from "./builtin/code.ts";
import { searchAtLast, searchNow } from "./builtin/search.ts";
import { urlRead } from "./builtin/url.ts";
import { personaOf } from "./persona.ts";
import { utterance, type Skill } from "./utterance.ts";
import { arithmetic } from "./skills/arithmetic.ts";
import { parrot, quote, repeat } from "./skills/repeat.ts";
import { calendar, clock } from "./skills/clock.ts";
import { count } from "./skills/count.ts";
import { answer, feelings, goodbye, hears, praise, stop, thanks } from "./skills/small-talk.ts";
import { echo } from "./skills/echo.ts";
import { emptiness, greeting, nudge } from "./skills/greeting.ts";
import { help } from "./skills/help.ts";
import { identity } from "./skills/identity.ts";
import { joke } from "./skills/joke.ts";
import { learn, recall } from "./skills/memory.ts";
import { see, type Decode } from "./skills/describe-image.ts";
import { spell } from "./skills/spell.ts";
import { functions, functionsAtLast, refinement, results } from "./skills/tools.ts";
import { story } from "./skills/story.ts";

export interface RulesOptions {
  /** The IANA zone of "here"; the machine's own when absent. */
  readonly zone?: string;
  /** Reads pictures; without it the brain says that it can not. */
  readonly decode?: Decode;
}

/** The first that answers wins: what is certain comes before what is likely. */
const skills = (options: RulesOptions): readonly Skill[] => [
  results,
  see(options.decode),
  emptiness,
  nudge,
  refinement,
  functions,
  urlRead,
  searchNow,
  stop,
  repeat,
  quote,
  codeRun,
  arithmetic,
  count,
  clock(options),
  calendar(options),
  spell,
  story,
  joke,
  help,
  recall,
  identity,
  hears,
  feelings,
  answer,
  learn,
  parrot,
  goodbye,
  thanks,
  greeting,
  praise,
  functionsAtLast,
  searchAtLast,
  echo,
];

/** Asked to be brief, it keeps to the first thing it has to say. */
const asBriefAs = (scene: ReplyContext, steps: readonly Step[]): readonly Step[] =>
  personaOf(scene.instruction).brief && steps.length <= 3 ? steps.slice(0, 1) : steps;

export function rulesBrain(options: RulesOptions = {}): Brain {
  const ordered = skills(options);
  return {
    async *reply(scene) {
      const said = utterance(scene);
      for (const skill of ordered) {
        const steps = await skill(said);
        if (steps === undefined) continue;
        yield* asBriefAs(scene, steps);
        return;
      }
    },
  };
}
