/** What scripts have in common: how they are refused. */

/** What is wrong with a script, in one sentence. */
export class BadScript extends Error {}

/** @throws BadScript when the object has a key that is not known. */
export function only(value: object, known: readonly string[], name: string): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined)
    throw new BadScript(`${name} has no "${odd}"; there is ${known.join(", ")}.`);
}
