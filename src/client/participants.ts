/** Who is in the conversation, as the server tells it. */
import { mayBe, type Participant, type Role, type ServerFrame } from "../wire/parley-v1.ts";

type Presence = Extract<ServerFrame, { type: "presence" }>;

export interface People {
  /** One's own id among them. */
  readonly you: string;
  readonly list: readonly Participant[];
  /** Whose voice is heard. */
  readonly speaking?: string;
}

export const nobody: People = { you: "", list: [] };

export function meet(people: People, { change, participant }: Presence): People {
  const others = people.list.filter(({ id }) => id !== participant.id);
  const list = change === "left" ? others : [...others, participant];
  const { speaking, ...rest } = people;
  if (change === "speaking") return { ...rest, list, speaking: participant.id };
  const silent = change === "silent" || change === "left" || change === "muted";
  const stays = speaking !== undefined && !(silent && speaking === participant.id);
  return { ...rest, list, ...(stays && { speaking }) };
}

const me = ({ you, list }: People): Participant | undefined => list.find(({ id }) => id === you);

/** Only an operator can lift it. */
export const isSilenced = (people: People): boolean => me(people)?.muted === "operator";

/** Whether this page may say anything. Before it is known, it may. */
export const maySpeak = (people: People): boolean => speaks(me(people)?.role);

export const speaks = (role: Role | undefined = "speaker"): boolean => mayBe(role, "speaker");
