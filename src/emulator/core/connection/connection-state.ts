/**
 * How far a connection has come.
 *
 *   silent ──setup──▶ settingUp ──setupComplete──▶ open ──▶ closed
 *      └──────────────────┴── a refusal ──▶ doomed ───────────┘
 */
import type { ClientMessage } from "../protocol/messages.ts";
import type { AttachedSession } from "./attached-session.ts";

export type ConnectionState =
  | { readonly kind: "silent" }
  /** What a hasty client sends before setupComplete is done afterwards. */
  | {
      readonly kind: "settingUp";
      readonly tenure: AttachedSession;
      readonly early: ClientMessage[];
    }
  | { readonly kind: "open"; readonly tenure: AttachedSession }
  /** Refused: it is told so in a moment, and not heard any more. */
  | { readonly kind: "doomed" }
  | { readonly kind: "closed" };
