/** The drawer's values and actions, as the page hands them over. */
import type { ListPrices, Role, SessionOwner } from "../../../packages/client/src/index.ts";
import type { Identity } from "../identity.ts";
import type { ConversationMeter } from "./conversation-meter.ts";
import type { DevicesProps } from "./devices-panel.ts";
import type { SettingsProps } from "./settings-panel.ts";
import type { FrameLog } from "./frame-log.ts";

export interface DrawerContent {
  readonly identity: Identity;
  /** Whose conversations the list shows; undefined until the agent is known. */
  readonly owner: SessionOwner | undefined;
  /** The page's in the conversation; undefined while it is not connected. */
  readonly role: Role | undefined;
  readonly hasToken: boolean;
  readonly devices: DevicesProps;
  readonly settings: SettingsProps;
  readonly log: FrameLog;
  readonly meter: ConversationMeter;
  /** The conversation's agent's. */
  readonly model: string | undefined;
  /** Of that model; undefined if the server knows none. */
  readonly prices: ListPrices | undefined;
}
