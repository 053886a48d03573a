/** A fair queue: owners take turns, so that a burst delays only its own owner. */

export class FairQueue<Owner, Item> {
  readonly #queues = new Map<Owner, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waitingOf(owner: Owner): number {
    return this.#queues.get(owner)?.length ?? 0;
  }

  push(owner: Owner, item: Item): void {
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [item]);
    else queue.push(item);
    this.#size += 1;
  }

  /** The oldest item of the next owner, which then goes to the back. */
  take(): Item | undefined {
    return this.takeBatch(1)[0];
  }

  /** The oldest item of each of the next owners: at most `max` items, never two of one owner. */
  takeBatch(max: number): Item[] {
    const owners = [...this.#queues.keys()].slice(0, max);
    return owners.flatMap((owner) => this.#takeFirstOf(owner));
  }

  /** Removes and returns all items of an owner. */
  removeOwner(owner: Owner): Item[] {
    const queue = this.#queues.get(owner) ?? [];
    this.#queues.delete(owner);
    this.#size -= queue.length;
    return queue;
  }

  #takeFirstOf(owner: Owner): Item[] {
    const queue = this.#queues.get(owner);
    const first = queue?.shift();
    this.#queues.delete(owner);
    if (queue === undefined || first === undefined) return [];
    if (queue.length > 0) this.#queues.set(owner, queue);
    this.#size -= 1;
    return [first];
  }
}
