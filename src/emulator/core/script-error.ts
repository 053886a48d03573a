/** The error for malformed scenarios and faults, and the readers that throw it. */

/** The message describes the error in one sentence. */
export class ScriptError extends Error {}

/** @throws ScriptError when the object has an unknown key. */
export function rejectUnknownKeys(value: object, known: readonly string[], name: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new ScriptError(`${name} has no "${unknown}"; there is ${known.join(", ")}.`);
}

/** @throws ScriptError */
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

/** @throws ScriptError */
export function readWholeNumber(min: number, value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min) return value;
  throw new ScriptError(`${name} must be a whole number from ${min}.`);
}
