/** A program between clients and upstream, as the bench sees it. */
import type { Collection } from "./collections.ts";

export interface Relay {
  /** `ws://host:port`. */
  readonly url: string;
  /** The process whose time and memory count. */
  readonly pid: number;
  /** V8's collections since the last call; none where the runtime does not report them. */
  takeCollections(): readonly Collection[];
  stop(): Promise<void>;
}
