/** Permissions of each role, and the errors for requests that it may not make. */
import { mayTakeRole, type Participant, type Role } from "../../wire/parley-v1.ts";
import { clientError, type ClientError } from "../errors.ts";
import type { ClientRequest } from "../client-request.ts";

/** The lowest role that may make a request. */
export const requiredRole: Readonly<Record<ClientRequest["type"], Role>> = {
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
  remove: "operator",
  end: "operator",
  hello: "observer",
  setup: "observer",
  phone: "observer",
  ack: "observer",
  token: "observer",
  played: "observer",
  bye: "observer",
};

/** Why a participant may not make a request; undefined when it may. */
export function permissionError(
  request: ClientRequest,
  participant: Participant,
): ClientError | undefined {
  const needed = requiredRole[request.type];
  const { id, role, muted } = participant;
  if (!mayTakeRole(role, needed)) return roleError(role, request.type, needed);
  if (request.type === "audio" && muted) return mutedError(muted);
  if (request.type !== "mute") return undefined;
  if (request.who !== undefined && request.who !== id && role !== "operator")
    return clientError(
      "NOT_ALLOWED",
      "Only an operator may mute another participant. Nothing was changed; the conversation goes on.",
    );
  return !request.on && muted === "operator" && role !== "operator"
    ? mutedError("operator")
    : undefined;
}

/** Whether a participant gets the audio of the conversation. */
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
  remove: "removing a participant",
  end: "ending the conversation",
};

const mutedError = (by: "self" | "operator"): ClientError =>
  clientError(
    "MUTED",
    by === "operator"
      ? "An operator has muted you, so your microphone is not heard. Ask them to unmute you."
      : "You are muted, so your microphone is not heard. Unmute yourself to speak.",
  );
