/**
 * What an agent's model may call in one conversation: the author's own functions, and those found elsewhere.
 *
 * A place that does not answer costs the agent its tools and nothing else: the talk begins without them.
 */
import type { CallableTool, Tool } from "./tool.ts";
import type { OpenToolset } from "./toolset.ts";
import { stopStreamingName } from "./stop-streaming.ts";

export interface ToolRegistryListener {
  /** A line for the operator. */
  log(line: string): void;
  /** The tools of a place are not there. Told once, until they are there again. */
  toolsetUnavailable(toolset: string): void;
}

interface NamedToolset {
  readonly name: string;
  readonly set: OpenToolset;
}

export class ToolRegistry {
  readonly #own: readonly CallableTool[];
  readonly #toolsets: readonly NamedToolset[];
  readonly #listener: ToolRegistryListener;
  readonly #missing = new Set<string>();
  readonly #logged = new Set<string>();
  #callables: readonly CallableTool[];

  /** @param own the functions that need no looking for. */
  constructor(
    own: readonly CallableTool[],
    tools: readonly Tool[],
    env: object,
    notices: ToolRegistryListener,
  ) {
    this.#own = own;
    this.#callables = own;
    this.#listener = notices;
    this.#toolsets = tools.flatMap((tool) =>
      tool.kind === "toolset" ? [{ name: tool.name, set: tool.open(env) }] : [],
    );
  }

  /** As of the last look. */
  get callables(): readonly CallableTool[] {
    return this.#callables;
  }

  /** Asks every place what there is. Never rejects; undefined when there is nothing to ask. */
  refresh(): Promise<void> | undefined {
    return this.#toolsets.length > 0 ? this.#refresh() : undefined;
  }

  close(): void {
    for (const { set } of this.#toolsets) set.close();
  }

  async #refresh(): Promise<void> {
    const found = await Promise.all(this.#toolsets.map((place) => this.#list(place)));
    this.#callables = found.reduce((all, tools, at) => {
      return this.#merge(all, tools, this.#toolsets[at]?.name ?? "");
    }, this.#own);
  }

  async #list({ name, set }: NamedToolset): Promise<readonly CallableTool[]> {
    try {
      const { tools, omissions } = await set.tools();
      this.#missing.delete(name);
      for (const note of omissions) this.#logOnce(`${name}: ${note}`);
      return tools;
    } catch (error) {
      if (!this.#missing.has(name)) {
        const why = error instanceof Error ? error.message : "no reason given";
        this.#listener.log(`${name}: ${why}. The agent goes on without its tools.`);
        this.#listener.toolsetUnavailable(name);
      }
      this.#missing.add(name);
      return [];
    }
  }

  /** A name that is taken stays with whoever had it first: the author's own before a remote one. */
  #merge(
    all: readonly CallableTool[],
    more: readonly CallableTool[],
    place: string,
  ): readonly CallableTool[] {
    const taken = new Set([stopStreamingName, ...all.map(({ name }) => name)]);
    for (const { name } of more.filter((tool) => taken.has(tool.name)))
      this.#logOnce(`${place}: "${name}" is left out, since the agent has one of that name.`);
    return [...all, ...more.filter(({ name }) => !taken.has(name))];
  }

  #logOnce(line: string): void {
    if (!this.#logged.has(line)) this.#listener.log(line);
    this.#logged.add(line);
  }
}
