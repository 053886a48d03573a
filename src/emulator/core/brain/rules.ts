/** A brain of rules: an ordered list of skills, of which the first that understands the utterance answers. */
import type { Brain } from "../ports.ts";
import { codeRun } from "./builtin/code.ts";
import { searchAtLast, searchNow } from "./builtin/search.ts";
import { urlRead } from "./builtin/url.ts";
import { personaOf } from "./persona.ts";
import { utterance, type Skill } from "./utterance.ts";
import { arithmetic } from "./skills/arithmetic.ts";
import { parrot, quote, repeat } from "./skills/repeat.ts";
import { calendar, clock } from "./skills/clock.ts";
import { count } from "./skills/count.ts";
import { answer, feelings, goodbye, hears, praise, stop, thanks } from "./skills/courtesies.ts";
import { echo } from "./skills/echo.ts";
import { emptiness, greeting, nudge } from "./skills/greeting.ts";
import { help } from "./skills/help.ts";
import { identity } from "./skills/identity.ts";
import { joke } from "./skills/joke.ts";
import { learn, recall } from "./skills/memory.ts";
import { describeImage, type Decode } from "./skills/describe-image.ts";
import { spell } from "./skills/spell.ts";
import { functions, functionsAtLast, refinement, results } from "./skills/tools.ts";
import { story } from "./skills/story.ts";

interface RulesOptions {
  /** The IANA zone of "here"; the machine's own when absent. */
  readonly zone?: string;
  /** Decodes pictures; without it the brain says that it can not read them. */
  readonly decode?: Decode;
}

/** Certain skills precede likely ones. */
const skills = (options: RulesOptions): readonly Skill[] => [
  results,
  describeImage(options.decode),
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

export function rulesBrain(options: RulesOptions = {}): Brain {
  const ordered = skills(options);
  return {
    async *reply(context) {
      const { brief } = personaOf(context.instruction);
      const parsed = utterance(context);
      for (const skill of ordered) {
        const steps = await skill(parsed);
        if (steps === undefined) continue;
        yield* brief && steps.length <= 3 ? steps.slice(0, 1) : steps;
        return;
      }
    },
  };
}
