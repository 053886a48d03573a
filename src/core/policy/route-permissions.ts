/**
 * The actions that requests to the server ask for, and the lowest role that may: every route that takes a token has an entry.
 *
 * permissions.ts has the actions inside a conversation. docs/operations.md shows both as one table.
 */
import { mayTakeRole, type Role } from "../../wire/parley-v1.ts";
import { clientError, type ClientError } from "../errors.ts";

/** As a token's claim `protocols` names them. `control` is everything under `/api`. */
export const tokenProtocols = [
  "parley-v1",
  "adk-demo",
  "adk-server",
  "sse",
  "live-api",
  "control",
] as const;

export type TokenProtocol = (typeof tokenProtocols)[number];

export interface RouteAction {
  readonly protocol: TokenProtocol;
  readonly least: Role;
  /** The role of a token that names none. */
  readonly roleless: Role;
  /** The role of a client that asks for none where no token is required. */
  readonly anonymous: Role;
}

const participant = { least: "observer", roleless: "speaker", anonymous: "speaker" } as const;
/** ADK has no roles: its clients' tokens name none, and may do what ADK's own server lets them do. */
const adk = { protocol: "adk-server", roleless: "operator", anonymous: "operator" } as const;
const adkRun = { ...adk, least: "observer", roleless: "speaker" } as const;

export const routeActions = {
  connectParleyV1: { protocol: "parley-v1", ...participant },
  connectAdkDemo: { protocol: "adk-demo", ...participant },
  connectRunLive: adkRun,
  run: adkRun,
  listSessions: { ...adk, least: "observer" },
  readSession: { ...adk, least: "observer" },
  createSession: { ...adk, least: "speaker" },
  changeSession: { ...adk, least: "speaker" },
  deleteSession: { ...adk, least: "operator" },
  deleteUser: { ...adk, least: "operator", roleless: "speaker" },
  readArtifacts: { ...adk, least: "observer" },
  saveArtifact: { ...adk, least: "speaker" },
  deleteArtifact: { ...adk, least: "speaker" },
  readTrace: { ...adk, least: "observer" },
  inspectAgent: { ...adk, least: "operator", roleless: "speaker" },
  followEvents: { protocol: "sse", ...participant },
  sendMessage: { protocol: "sse", ...participant },
  connectLiveApi: { protocol: "live-api", ...participant },
  createEphemeralToken: { protocol: "live-api", ...participant },
  placeCall: { protocol: "control", least: "operator", roleless: "speaker", anonymous: "speaker" },
} as const satisfies Record<string, RouteAction>;

export type RouteActionName = keyof typeof routeActions;

/** Why a client with this role may not do it; undefined if it may. */
export function routeRoleError({ least }: RouteAction, role: Role): ClientError | undefined {
  return mayTakeRole(role, least)
    ? undefined
    : clientError(
        "NOT_ALLOWED",
        `The token's role is "${role}", and this needs "${least}". Nothing was changed.`,
      );
}
