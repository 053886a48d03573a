/**
 * The states of a connection.
 *
 *   awaitingSetup ──setup──▶ settingUp ──setupComplete──▶ open ──▶ closed
 *         └────────────────────┴── refusal ──▶ rejected ────────────┘
 */
import type { ClientMessage } from "../protocol/messages.ts";
import type { AttachedSession } from "./attached-session.ts";

export type ConnectionState =
  | { readonly kind: "awaitingSetup" }
  /** `early` holds messages that arrive before setupComplete; they are processed after it. */
  | {
      readonly kind: "settingUp";
      readonly attached: AttachedSession;
      readonly early: ClientMessage[];
    }
  | { readonly kind: "open"; readonly attached: AttachedSession }
  /** The connection ignores input and closes after the delay of a refusal. */
  | { readonly kind: "rejected" }
  | { readonly kind: "closed" };
