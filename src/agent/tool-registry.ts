/**
 * What an agent's model may call in one conversation: the author's own functions, and those found elsewhere.
 *
 * A place that does not answer costs the agent its tools and nothing else: the talk begins without them.
 */
import type { CallableTool, Tool } from "./tool.ts";
import type { OpenToolset } from "./toolset.ts";
import { stopStreamingName } from "./stop-streaming.ts";

export interface Notices {
  /** A line for the operator. */
  log(line: string): void;
  /** The tools of a place are not there. Told once, until they are there again. */
  missing(toolset: string): void;
}

interface Place {
  readonly name: string;
  readonly set: OpenToolset;
}

export class Toolbox {
  readonly #own: readonly CallableTool[];
  readonly #places: readonly Place[];
  readonly #notices: Notices;
  readonly #missing = new Set<string>();
  readonly #noted = new Set<string>();
  #callables: readonly CallableTool[];

  /** @param own the functions that need no looking for. */
  constructor(own: readonly CallableTool[], tools: readonly Tool[], env: object, notices: Notices) {
    this.#own = own;
    this.#callables = own;
    this.#notices = notices;
    this.#places = tools.flatMap((tool) =>
      tool.kind === "toolset" ? [{ name: tool.name, set: tool.open(env) }] : [],
    );
  }

  /** As of the last look. */
  get callables(): readonly CallableTool[] {
    return this.#callables;
  }

  /** Asks every place what there is. Never rejects; undefined when there is nothing to ask. */
  look(): Promise<void> | undefined {
    return this.#places.length > 0 ? this.#look() : undefined;
  }

  close(): void {
    for (const { set } of this.#places) set.close();
  }

  async #look(): Promise<void> {
    const found = await Promise.all(this.#places.map((place) => this.#ask(place)));
    this.#callables = found.reduce((all, tools, at) => {
      return this.#added(all, tools, this.#places[at]?.name ?? "");
    }, this.#own);
  }

  async #ask({ name, set }: Place): Promise<readonly CallableTool[]> {
    try {
      const { tools, notes } = await set.tools();
      this.#missing.delete(name);
      for (const note of notes) this.#note(`${name}: ${note}`);
      return tools;
    } catch (error) {
      if (!this.#missing.has(name)) {
        const why = error instanceof Error ? error.message : "no reason given";
        this.#notices.log(`${name}: ${why}. The agent goes on without its tools.`);
        this.#notices.missing(name);
      }
      this.#missing.add(name);
      return [];
    }
  }

  /** A name that is taken stays with whoever had it first: the author's own before a remote one. */
  #added(
    all: readonly CallableTool[],
    more: readonly CallableTool[],
    place: string,
  ): readonly CallableTool[] {
    const taken = new Set([stopStreamingName, ...all.map(({ name }) => name)]);
    for (const { name } of more.filter((tool) => taken.has(tool.name)))
      this.#note(`${place}: "${name}" is left out, since the agent has one of that name.`);
    return [...all, ...more.filter(({ name }) => !taken.has(name))];
  }

  #note(line: string): void {
    if (!this.#noted.has(line)) this.#notices.log(line);
    this.#noted.add(line);
  }
}
