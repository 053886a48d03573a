/** Who is in the conversation, as the server tells it. */
import {
  mayTakeRole,
  type Participant,
  type Role,
  type ServerFrame,
} from "../../wire/parley-v1.ts";

type Presence = Extract<ServerFrame, { type: "presence" }>;

export interface ParticipantList {
  /** One's own id among them. */
  readonly you: string;
  readonly list: readonly Participant[];
  /** Whose voice is heard. */
  readonly speaking?: string;
}

export const noParticipants: ParticipantList = { you: "", list: [] };

export function applyPresence(
  people: ParticipantList,
  { change, participant }: Presence,
): ParticipantList {
  const others = people.list.filter(({ id }) => id !== participant.id);
  const list = change === "left" ? others : [...others, participant];
  const { speaking, ...rest } = people;
  if (change === "speaking") return { ...rest, list, speaking: participant.id };
  const silent = change === "silent" || change === "left" || change === "muted";
  const stays = speaking !== undefined && !(silent && speaking === participant.id);
  return { ...rest, list, ...(stays && { speaking }) };
}

const me = ({ you, list }: ParticipantList): Participant | undefined =>
  list.find(({ id }) => id === you);

/** Only an operator can lift it. */
export const isMutedByOperator = (people: ParticipantList): boolean =>
  me(people)?.muted === "operator";

/** Whether this page may say anything. Before it is known, it may. */
export const maySpeak = (people: ParticipantList): boolean => roleMaySpeak(me(people)?.role);

export const roleMaySpeak = (role: Role | undefined = "speaker"): boolean =>
  mayTakeRole(role, "speaker");
