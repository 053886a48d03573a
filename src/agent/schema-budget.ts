/**
 * Bounds the declaration that a JSON Schema becomes, and the work of making it.
 *
 * References, alternatives and merged parts multiply: a schema of 2 KB can stand for more text than memory holds. The
 * declaration is measured while it is made, and a schema that would exceed the limit is refused.
 */
import type { Draft } from "./schema-merge.ts";

/** A schema that a Live API model cannot be told. The message completes "Tool x: …" without a full stop. */
export class SchemaRefusal extends Error {}

/** The size of one function's parameters, in characters of JSON. The model reads all of it in every session. */
export const maxDeclaration = 65_536;

/** The schemas that are read, each as often as a reference leads to it. */
const maxParts = 2000;

/** The pairs of schemas that are merged. */
const maxMerges = 20_000;

/** The sizes of all schemas that are made on the way, in characters: nesting makes and measures a schema several times. */
const maxWork = 64 * maxDeclaration;

/** The budget of one schema. */
export class SchemaBudget {
  #parts = 0;
  #merges = 0;
  #work = 0;
  /** In characters. A draft is never changed after it is made; several drafts may share one. */
  readonly #sizes = new WeakMap<object, number>();

  /** The steps so far. */
  get spent(): { readonly parts: number; readonly merges: number; readonly work: number } {
    return { parts: this.#parts, merges: this.#merges, work: this.#work };
  }

  /** @throws SchemaRefusal */
  readPart(): void {
    if (++this.#parts > maxParts) throw new SchemaRefusal(`it has more than ${maxParts} parts`);
  }

  /** @throws SchemaRefusal */
  merge(): void {
    if (++this.#merges > maxMerges)
      throw new SchemaRefusal(`its parts combine in more than ${maxMerges} ways`);
  }

  /**
   * Measures a draft when it is made, and whenever it is written as text.
   * @returns the draft.
   * @throws SchemaRefusal
   */
  measured(draft: Draft): Draft {
    const size = this.#sizeOf(draft);
    this.#work += size;
    if (size > maxDeclaration) throw tooLarge();
    if (this.#work > maxWork) throw new SchemaRefusal("its parts combine in too many ways");
    return draft;
  }

  #sizeOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return JSON.stringify(value)?.length ?? 0;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    let size = 1;
    if (Array.isArray(value)) for (const each of value) size += this.#sizeOf(each) + 1;
    else
      for (const [key, each] of Object.entries(value)) size += key.length + 4 + this.#sizeOf(each);
    this.#sizes.set(value, size);
    return size;
  }
}

/** @throws SchemaRefusal if a finished declaration is too large. */
export function checkSize<T>(declaration: T): T {
  if (JSON.stringify(declaration).length > maxDeclaration) throw tooLarge();
  return declaration;
}

const tooLarge = (): SchemaRefusal =>
  new SchemaRefusal(`its declaration would have more than ${maxDeclaration} characters`);
