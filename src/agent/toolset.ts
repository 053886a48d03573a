/** The interface of tools that the relay discovers when a session begins, such as those of a remote server. */
import type { CallableTool } from "./tool.ts";

/** An entry of an agent's `tools`. */
export interface Toolset {
  readonly kind: "toolset";
  /** Appears in the console and in error messages: must not be a secret. */
  readonly name: string;
  /** @param env the Worker's bindings and secrets. */
  open(env: object): OpenToolset;
}

/** A toolset in one conversation. */
export interface OpenToolset {
  /**
   * The tools that are available now.
   * @throws Error with a message for the operator, which must not contain a secret.
   */
  tools(): Promise<DiscoveredTools>;
  /** Releases connections. A later `tools()` opens them again. */
  close(): void;
}

export interface DiscoveredTools {
  readonly tools: readonly CallableTool[];
  /** The tools left out, and why: one sentence each. */
  readonly omissions: readonly string[];
}
