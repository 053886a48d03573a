/** Tools that are found elsewhere when a session begins, such as those of a remote server. */
import type { CallableTool } from "./tool.ts";

/** As an author puts it among an agent's tools. */
export interface Toolset {
  readonly kind: "toolset";
  /** For people: what the console calls it. Never a secret. */
  readonly name: string;
  /** @param env the Worker's bindings and secrets. */
  open(env: object): OpenToolset;
}

/** A toolset in one conversation. */
export interface OpenToolset {
  /**
   * What there is now.
   * @throws Error whose message is fit for an operator: it names no secret.
   */
  tools(): Promise<DiscoveredTools>;
  /** Nobody needs it for now; it may be asked again. */
  close(): void;
}

export interface DiscoveredTools {
  readonly tools: readonly CallableTool[];
  /** What was left out and why, a sentence each. */
  readonly omissions: readonly string[];
}
