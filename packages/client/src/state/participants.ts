/** The participants of the conversation, as the server reports them. */
import {
  mayTakeRole,
  type Participant,
  type Role,
  type ServerFrame,
} from "../../../../src/wire/parley-v1.ts";

type PresenceFrame = Extract<ServerFrame, { type: "presence" }>;

export interface ParticipantList {
  /** This page's participant id. */
  readonly you: string;
  readonly list: readonly Participant[];
  /** The id of the participant that is speaking. */
  readonly speaking?: string;
}

export const noParticipants: ParticipantList = { you: "", list: [] };

export function applyPresence(
  participants: ParticipantList,
  { change, participant }: PresenceFrame,
): ParticipantList {
  const others = participants.list.filter(({ id }) => id !== participant.id);
  const list = change === "left" ? others : [...others, participant];
  const { speaking, ...rest } = participants;
  if (change === "speaking") return { ...rest, list, speaking: participant.id };
  const silent = change === "silent" || change === "left" || change === "muted";
  const stillSpeaking = speaking !== undefined && !(silent && speaking === participant.id);
  return { ...rest, list, ...(stillSpeaking && { speaking }) };
}

const self = ({ you, list }: ParticipantList): Participant | undefined =>
  list.find(({ id }) => id === you);

export const isOperator = (participants: ParticipantList): boolean =>
  self(participants)?.role === "operator";

/** Only an operator may lift such a mute. */
export const isMutedByOperator = (participants: ParticipantList): boolean =>
  self(participants)?.muted === "operator";

/** Whether this page's role allows input. True until the server has reported the role. */
export const maySpeak = (participants: ParticipantList): boolean =>
  roleMaySpeak(self(participants)?.role);

export const roleMaySpeak = (role: Role | undefined = "speaker"): boolean =>
  mayTakeRole(role, "speaker");
