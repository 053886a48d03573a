/** What scripts have in common: how they are refused. */

/** What is wrong with a script, in one sentence. */
export class BadScript extends Error {}

/** @throws BadScript when the object has a key that is not known. */
export function only(value: object, known: readonly string[], name: string): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined)
    throw new BadScript(`${name} has no "${odd}"; there is ${known.join(", ")}.`);
}

/** @throws BadScript */
export function oneOf<const Choice extends string | number>(
  choices: Choice[],
  value: unknown,
  name: string,
) {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new BadScript(
    `${name} must be ${choices.map((known) => JSON.stringify(known)).join(" or ")}.`,
  );
}

/** @throws BadScript */
export function wholeFrom(least: number, value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new BadScript(`${name} must be a whole number from ${least}.`);
}
