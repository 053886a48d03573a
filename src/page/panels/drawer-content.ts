/** What the drawer shows and does, as the page hands it over. */
import type { FrameLog } from "./frame-log.ts";

export interface DrawerContent {
  readonly log: FrameLog;
}
