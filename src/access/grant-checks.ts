/** Whether a grant permits what a request asks for: a protocol, a conversation or all of a user's. */
import type { TokenProtocol } from "../core/policy/route-permissions.ts";
import { scopeOf, type StateDelta } from "../core/adk/session-state.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import { cutText } from "../wire/text.ts";
import type { Grant } from "./claims.ts";
import { identityParts } from "./identity.ts";

/** A part that is absent is not asked for. A session of null stands for all sessions of the user. */
export interface RequestedScope {
  readonly app: string;
  readonly user?: string | undefined;
  readonly session?: string | null | undefined;
}

export function protocolError(
  { protocols, ephemeral }: Grant,
  protocol: TokenProtocol,
): ClientError | undefined {
  // Its uses are counted, and its setup is applied, there alone.
  if (ephemeral && protocol !== "live-api")
    return clientError("UNAUTHENTICATED", "An ephemeral token is for the Live API alone.");
  return !protocols || protocols.includes(protocol)
    ? undefined
    : clientError(
        "UNAUTHENTICATED",
        `The token is not for the protocol ${protocol}, but for ${protocols.join(", ")}.`,
      );
}

/** Why a token of one session may not change a state that has all of these keys; undefined if it may. */
export function userStateError(delta: StateDelta): ClientError | undefined {
  const key = Object.keys(delta).find((each) => scopeOf(each) === "user");
  return key === undefined
    ? undefined
    : clientError(
        "NOT_ALLOWED",
        `The token is for one session, and the key "${cutText(key, 64)}" belongs to all sessions of its user. Nothing was changed: leave it out, or use a token of the user.`,
      );
}

/** A claim binds the token to its value; a missing one does not. */
export function scopeError(
  { bound, agents }: Pick<Grant, "bound" | "agents">,
  scope: RequestedScope,
): ClientError | undefined {
  const mismatch = identityParts.find(
    (part) => bound[part] !== undefined && scope[part] !== undefined && bound[part] !== scope[part],
  );
  if (mismatch) return clientError("UNAUTHENTICATED", `The token is for another ${mismatch}.`);
  return !agents || agents.includes(scope.app)
    ? undefined
    : clientError(
        "UNAUTHENTICATED",
        `The token is not for the agent ${scope.app}, but for ${agents.join(", ")}.`,
      );
}
