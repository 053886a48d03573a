/** What scripts have in common: how they are refused. */

/** What is wrong with a script, in one sentence. */
export class ScriptError extends Error {}

/** @throws BadScript when the object has a key that is not known. */
export function rejectUnknownKeys(value: object, known: readonly string[], name: string): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined)
    throw new ScriptError(`${name} has no "${odd}"; there is ${known.join(", ")}.`);
}

/** @throws BadScript */
export function readChoice<const Choice extends string | number>(
  choices: Choice[],
  value: unknown,
  name: string,
) {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new ScriptError(
    `${name} must be ${choices.map((known) => JSON.stringify(known)).join(" or ")}.`,
  );
}

/** @throws BadScript */
export function readWholeNumber(least: number, value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new ScriptError(`${name} must be a whole number from ${least}.`);
}
