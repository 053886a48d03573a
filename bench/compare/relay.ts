/** A program between clients and upstream, as the bench sees it. */
import type { Collection } from "./collections.ts";

export interface Relay {
  /** `ws://host:port`. */
  readonly url: string;
  /** The process whose time and memory count; undefined without a relay. */
  readonly pid: number | undefined;
  /** V8's collections since the last call; undefined where the runtime does not report them. */
  takeCollections(): readonly Collection[] | undefined;
  stop(): Promise<void>;
}
