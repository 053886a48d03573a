/** What each role may do, and what somebody hears who may not. */
import { mayTakeRole, type Participant, type Role } from "../../wire/parley-v1.ts";
import { clientError, type ClientError } from "../errors.ts";
import type { ClientRequest } from "../client-request.ts";

/** The least role that may ask for something. */
const requiredRole: Readonly<Record<ClientRequest["type"], Role>> = {
  text: "speaker",
  audio: "speaker",
  image: "speaker",
  activityStart: "speaker",
  activityEnd: "speaker",
  audioStreamEnd: "speaker",
  content: "speaker",
  toolResponse: "speaker",
  contextUpdate: "speaker",
  state: "speaker",
  interrupt: "speaker",
  draft: "speaker",
  report: "speaker",
  run: "speaker",
  mute: "speaker",
  approve: "operator",
  end: "operator",
  hello: "observer",
  setup: "observer",
  phone: "observer",
  ack: "observer",
  played: "observer",
  bye: "observer",
};

/** Why somebody may not ask for something; undefined when they may. */
export function permissionError(request: ClientRequest, who: Participant): ClientError | undefined {
  const needed = requiredRole[request.type];
  if (!mayTakeRole(who.role, needed)) return roleError(who.role, request.type, needed);
  if (request.type === "audio" && who.muted) return mutedError(who.muted);
  if (request.type !== "mute") return undefined;
  if (request.who !== undefined && request.who !== who.id && who.role !== "operator")
    return clientError(
      "NOT_ALLOWED",
      "Only an operator may mute somebody else. Nothing was changed; the conversation goes on.",
    );
  return !request.on && who.muted === "operator" && who.role !== "operator"
    ? mutedError("operator")
    : undefined;
}

/** Only whoever may speak, and is not muted, is worth a frame of sound: others are told now and then. */
export const receivesAudio = ({ role }: Pick<Participant, "role">): boolean => role !== "observer";

const roleError = (role: Role, type: ClientRequest["type"], needed: Role): ClientError =>
  clientError(
    "NOT_ALLOWED",
    type === "approve"
      ? "Only an operator may approve or decline what an agent wants to do. Nothing was decided; the conversation goes on."
      : `You are here as ${/^[aeiou]/.test(role) ? "an" : "a"} ${role}, and ${activityNames[type] ?? "this"} needs ${needed === "operator" ? "an operator" : "a speaker"}. Nothing was changed; the conversation goes on.`,
  );

const activityNames: Partial<Record<ClientRequest["type"], string>> = {
  text: "typing",
  audio: "speaking",
  image: "showing pictures",
  content: "typing",
  state: "changing the state",
  interrupt: "interrupting the agent",
  mute: "muting",
  end: "ending the conversation",
};

const mutedError = (by: "self" | "operator"): ClientError =>
  clientError(
    "MUTED",
    by === "operator"
      ? "An operator has muted you, so your microphone is not heard. Ask them to unmute you."
      : "You are muted, so your microphone is not heard. Unmute yourself to speak.",
  );
