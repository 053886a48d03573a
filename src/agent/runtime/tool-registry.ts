/**
 * The functions that an agent's model may call in one conversation: the author's own, and those of toolsets.
 *
 * A toolset that is unreachable costs the agent its tools and nothing else: the session begins without them.
 */
import { clientError, type ClientError } from "../../core/errors.ts";
import type { CallableTool, Tool } from "../tool.ts";
import type { OpenToolset } from "../toolset.ts";
import { stopStreamingName } from "./stop-streaming.ts";

interface ToolRegistryListener {
  /** A line for the operator. */
  log(line: string): void;
  /** Called once, until the toolset answers again. */
  toolsetUnavailable(toolset: string): void;
}

interface NamedToolset {
  readonly name: string;
  readonly toolset: OpenToolset;
}

export class ToolRegistry {
  readonly #own: readonly CallableTool[];
  /** The functions of Live API clients, which give way to all others. */
  readonly #clients: readonly CallableTool[];
  readonly #toolsets: readonly NamedToolset[];
  readonly #listener: ToolRegistryListener;
  readonly #unavailable = new Set<string>();
  readonly #logged = new Set<string>();
  #callables: readonly CallableTool[];

  /** @param own the functions that need no discovery. */
  constructor(
    own: readonly CallableTool[],
    tools: readonly Tool[],
    env: object,
    listener: ToolRegistryListener,
  ) {
    this.#listener = listener;
    this.#own = this.#merge(
      [],
      own.filter(({ declaration }) => !declaration),
      "the agent",
    );
    this.#clients = own.filter(({ declaration }) => declaration);
    this.#callables = this.#withClients(this.#own);
    this.#toolsets = tools.flatMap((tool) =>
      tool.kind === "toolset" ? [{ name: tool.name, toolset: tool.open(env) }] : [],
    );
  }

  /** As of the last refresh. */
  get callables(): readonly CallableTool[] {
    return this.#callables;
  }

  /** Lists the tools of every toolset. Never rejects; undefined if the agent has no toolset. */
  refresh(): Promise<void> | undefined {
    return this.#toolsets.length > 0 ? this.#refresh() : undefined;
  }

  close(): void {
    for (const { toolset } of this.#toolsets) toolset.close();
  }

  async #refresh(): Promise<void> {
    const lists = await Promise.all(this.#toolsets.map((toolset) => this.#list(toolset)));
    const all = lists.reduce(
      (all, tools, index) =>
        this.#merge(all, tools, this.#toolsets[index]?.name ?? "", stopStreamingName),
      this.#own,
    );
    this.#callables = this.#withClients(all);
  }

  async #list({ name, toolset }: NamedToolset): Promise<readonly CallableTool[]> {
    try {
      const { tools, omissions } = await toolset.tools();
      this.#unavailable.delete(name);
      for (const omission of omissions) this.#logOnce(`${name}: ${omission}`);
      return tools;
    } catch (error) {
      if (!this.#unavailable.has(name)) {
        const reason = error instanceof Error ? error.message : "no reason given";
        this.#listener.log(`${name}: ${reason}. The agent goes on without its tools.`);
        this.#listener.toolsetUnavailable(name);
      }
      this.#unavailable.add(name);
      return [];
    }
  }

  #withClients(all: readonly CallableTool[]): readonly CallableTool[] {
    return this.#merge(all, this.#clients, "a client");
  }

  /**
   * Of several tools with one name the first wins: the service refuses a setup with both.
   * @param reserved the name of a function of the relay's, which may not be declared yet.
   */
  #merge(
    all: readonly CallableTool[],
    tools: readonly CallableTool[],
    source: string,
    reserved?: string,
  ): readonly CallableTool[] {
    const merged = [...all];
    for (const tool of tools)
      if (tool.name === reserved || merged.some(({ name }) => name === tool.name))
        this.#logOnce(
          `${source}: "${tool.name}" is left out, since the agent has one of that name.`,
        );
      else merged.push(tool);
    return merged;
  }

  #logOnce(line: string): void {
    if (!this.#logged.has(line)) this.#listener.log(line);
    this.#logged.add(line);
  }
}

export const toolsetUnavailable = (toolset: string): ClientError =>
  clientError(
    "TOOLSET_UNAVAILABLE",
    `The tools of ${toolset} cannot be reached right now. The conversation goes on without them.`,
  );
