/** The drawer's values and actions, as the page hands them over. */
import type { ListPrices } from "../../../packages/client/src/index.ts";
import type { ConversationMeter } from "./conversation-meter.ts";
import type { SettingsProps } from "./settings-panel.ts";
import type { FrameLog } from "./frame-log.ts";

export interface DrawerContent {
  readonly settings: SettingsProps;
  readonly log: FrameLog;
  readonly meter: ConversationMeter;
  /** The conversation's agent's. */
  readonly model: string | undefined;
  /** Of that model; undefined if the server knows none. */
  readonly prices: ListPrices | undefined;
}
