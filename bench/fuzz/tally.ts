/** Texts that differ in numbers and quoted words alone are of one kind. */
export const kindOf = (text: string): string =>
  text.replaceAll(/[\da-f]*\d[\da-f]*|"[^"]*"/g, "#").slice(0, 80);

/** Counts of the frames and requests of one protocol, and of their answers. */
export class Tally {
  /** Frames that the server has read, each once. */
  frames = 0;
  connections = 0;
  answers = 0;
  /** Refusals for overload, after each of which the same inputs were sent again. */
  refusals = 0;
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
