/** Tells what this client said from what other participants did: the model hears one user, people hear several. */
import type { ConnectionEvent } from "../connection/connection.ts";
import { mayTakeRole, type Role } from "../../../../src/wire/parley-v1.ts";
import type { ParticipantList } from "./participants.ts";

/** @param who the id of the participant that typed or spoke; undefined: not known. */
export function attribute(
  event: ConnectionEvent,
  who: string | undefined,
  { you, list }: ParticipantList,
): ConnectionEvent {
  if (!isInput(event) || who === you) return event;
  const own = list.find(({ id }) => id === you)?.role ?? "speaker";
  if (who === undefined) return mayTakeRole(own, "speaker") ? event : { ...event, by: "speaker" };
  return { ...event, by: list.find(({ id }) => id === who)?.role ?? "speaker" };
}

/** The log does not say who typed or spoke: only the person that the conversation belongs to takes it for their own. */
export const attributeLogged = (event: ConnectionEvent, own: Role): ConnectionEvent =>
  isInput(event) && own !== "speaker" ? { ...event, by: "speaker" } : event;

const isInput = (
  event: ConnectionEvent,
): event is Extract<ConnectionEvent, { kind: "typed" | "transcript" }> =>
  event.kind === "typed" || (event.kind === "transcript" && event.side === "user");
