/** Counts of the frames and requests of one protocol, and of their answers. */
export class Tally {
  frames = 0;
  connections = 0;
  answers = 0;
  /** By error code, close code and HTTP status. */
  readonly kinds = new Map<string, number>();

  count(kind: string): void {
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }

  get summary(): string {
    return [...this.kinds]
      .toSorted(([, a], [, b]) => b - a)
      .map(([kind, count]) => `${kind} × ${count}`)
      .join(", ");
  }
}
