/** The permissions as a table: protocol, action, and what a token of each role may do. docs/operations.md has it. */
import { requiredRole } from "../../src/core/policy/permissions.ts";
import {
  routeActions,
  tokenProtocols,
  type RouteActionName,
  type TokenProtocol,
} from "../../src/core/policy/route-permissions.ts";
import { mayTakeRole, roles, type Role } from "../../src/wire/parley-v1.ts";

/** `no role`: a token without the claim. */
export const bearers = [...roles, "no role", "no token"] as const;
export type Bearer = (typeof bearers)[number];

export interface PermissionRow {
  readonly protocol: TokenProtocol;
  /** A request to the server, or a frame of a connected client. */
  readonly action: { readonly route: RouteActionName } | { readonly frame: FrameAction };
  readonly name: string;
  readonly allowed: Readonly<Record<Bearer, boolean>>;
}

/** The frames that clients of a protocol send; the lowest role is that of permissions.ts. */
const frames = {
  "parley-v1": [
    "text",
    "audio",
    "image",
    "interrupt",
    "state",
    "mute",
    "muteOther",
    "approve",
    "remove",
    "end",
  ],
  "adk-demo": ["text", "audio", "image", "state", "approve"],
} as const satisfies Partial<Record<TokenProtocol, readonly string[]>>;

export type FrameAction = (typeof frames)[keyof typeof frames][number];

export const permissionRows: readonly PermissionRow[] = [
  ...Object.entries(routeActions).map(([name, { protocol, least, roleless }]) => ({
    protocol,
    action: { route: name as RouteActionName },
    name: name.startsWith("connect") ? "connect" : asWords(name),
    allowed: allowedTo(least, roleless),
  })),
  ...Object.entries(frames).flatMap(([protocol, names]) =>
    names.map((frame) => ({
      protocol: protocol as TokenProtocol,
      action: { frame },
      name: frame === "muteOther" ? "mute another" : frame,
      allowed: allowedTo(frame === "muteOther" ? "operator" : requiredRole[frame], "speaker"),
    })),
  ),
].toSorted((a, b) => tokenProtocols.indexOf(a.protocol) - tokenProtocols.indexOf(b.protocol));

function allowedTo(least: Role, roleless: Role): Record<Bearer, boolean> {
  const by = (bearer: Bearer): boolean =>
    bearer !== "no token" && mayTakeRole(bearer === "no role" ? roleless : bearer, least);
  return Object.fromEntries(bearers.map((bearer) => [bearer, by(bearer)])) as Record<
    Bearer,
    boolean
  >;
}

function asWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** As Markdown, without the alignment of its columns. */
export const permissionTable = (): string =>
  [
    ["protocol", "action", ...bearers],
    ...permissionRows.map(({ protocol, name, allowed }) => [
      protocol,
      name,
      ...bearers.map((bearer) => (allowed[bearer] ? "yes" : "–")),
    ]),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
