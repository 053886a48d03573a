/** A fair queue: owners take turns, so one that asks for much delays nobody but itself. */

export class FairQueue<Owner, Item> {
  readonly #lines = new Map<Owner, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waitingOf(owner: Owner): number {
    return this.#lines.get(owner)?.length ?? 0;
  }

  push(owner: Owner, item: Item): void {
    const line = this.#lines.get(owner);
    if (line === undefined) this.#lines.set(owner, [item]);
    else line.push(item);
    this.#size += 1;
  }

  /** The oldest item of the owner that has waited longest for a turn; that owner then goes last. */
  take(): Item | undefined {
    return this.takeBatch(1)[0];
  }

  /** The oldest item of each of the next owners, at most `most` of them and never two of one owner. */
  takeBatch(most: number): Item[] {
    const owners = [...this.#lines.keys()].slice(0, most);
    return owners.flatMap((owner) => this.#takeFrom(owner));
  }

  /** Takes away all that an owner still waits for. */
  removeOwner(owner: Owner): Item[] {
    const line = this.#lines.get(owner) ?? [];
    this.#lines.delete(owner);
    this.#size -= line.length;
    return line;
  }

  #takeFrom(owner: Owner): Item[] {
    const line = this.#lines.get(owner);
    const first = line?.shift();
    this.#lines.delete(owner);
    if (line === undefined || first === undefined) return [];
    if (line.length > 0) this.#lines.set(owner, line);
    this.#size -= 1;
    return [first];
  }
}
