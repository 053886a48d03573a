/** What each role may do, and what somebody hears who may not. */
import { mayBe, type Participant, type Role } from "../../wire/parley-v1.ts";
import { problem, type Problem } from "../errors.ts";
import type { ClientRequest } from "../client-request.ts";

/** The least role that may ask for something. */
const least: Readonly<Record<ClientRequest["type"], Role>> = {
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
export function forbidden(request: ClientRequest, who: Participant): Problem | undefined {
  const needed = least[request.type];
  if (!mayBe(who.role, needed)) return notYours(who.role, request.type, needed);
  if (request.type === "audio" && who.muted) return mutedBy(who.muted);
  if (request.type !== "mute") return undefined;
  if (request.who !== undefined && request.who !== who.id && who.role !== "operator")
    return problem(
      "NOT_ALLOWED",
      "Only an operator may mute somebody else. Nothing was changed; the conversation goes on.",
    );
  return !request.on && who.muted === "operator" && who.role !== "operator"
    ? mutedBy("operator")
    : undefined;
}

/** Only whoever may speak, and is not muted, is worth a frame of sound: others are told now and then. */
export const hearsSound = ({ role }: Pick<Participant, "role">): boolean => role !== "observer";

const notYours = (role: Role, type: ClientRequest["type"], needed: Role): Problem =>
  problem(
    "NOT_ALLOWED",
    type === "approve"
      ? "Only an operator may approve or decline what an agent wants to do. Nothing was decided; the conversation goes on."
      : `You are here as ${/^[aeiou]/.test(role) ? "an" : "a"} ${role}, and ${doing[type] ?? "this"} needs ${needed === "operator" ? "an operator" : "a speaker"}. Nothing was changed; the conversation goes on.`,
  );

const doing: Partial<Record<ClientRequest["type"], string>> = {
  text: "typing",
  audio: "speaking",
  image: "showing pictures",
  content: "typing",
  state: "changing the state",
  interrupt: "interrupting the agent",
  mute: "muting",
  end: "ending the conversation",
};

const mutedBy = (by: "self" | "operator"): Problem =>
  problem(
    "MUTED",
    by === "operator"
      ? "An operator has muted you, so your microphone is not heard. Ask them to unmute you."
      : "You are muted, so your microphone is not heard. Unmute yourself to speak.",
  );
