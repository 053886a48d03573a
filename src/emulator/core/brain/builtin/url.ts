/** Emulates URL context: answers from the local corpus, and says that it fetches nothing. */
import { CORPUS } from "../data/corpus.ts";
import { say, type Skill } from "../utterance.ts";
import { grounding, lookUp } from "./search.ts";

const ADDRESS = /https?:\/\/[^\s"'<>]+[^\s"'<>.,!?)]/i;

export const urlRead: Skill = ({ context, raw }) => {
  const uri = context.tools.urlContext ? ADDRESS.exec(raw)?.[0] : undefined;
  if (uri === undefined) return undefined;
  const host = uri.replace(/^https?:\/\//i, "").replace(/[/?#].*$/, "");
  const page = CORPUS.find((known) => known.uri === uri.replace(/\/$/, ""));
  const found = page ?? lookUp(raw.replace(uri, ""));
  if (found === undefined)
    return say(
      `I did not fetch ${host}: I read no addresses, only my local corpus, which has nothing on that.`,
    );
  const spoken = `I did not fetch ${host}. My local corpus says: ${found.text}`;
  return [...say(spoken), grounding(uri, found, spoken)];
};
