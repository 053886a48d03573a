/**
 * Checks of the definitions that authors write.
 *
 * They run while a Worker starts, so they are plain functions: schemas of zod for the same fields cost more of the
 * start-up's CPU than everything else that is evaluated.
 */

/**
 * @param at the field's place, such as `runConfig.voice`.
 * @returns sentences that name the place; none if the value is right.
 */
export type Check = (value: unknown, at: string) => readonly string[];

/** @param is the predicate of the sentence. */
export const accepts =
  (isRight: (value: unknown) => boolean, is: string): Check =>
  (value, at) =>
    isRight(value) ? [] : [`${at} ${is}`];

export const text = accepts((value) => typeof value === "string", "must be a text");

export const nonEmptyText = accepts(
  (value) => typeof value === "string" && value !== "",
  "must be a text that is not empty",
);

export const flag = accepts((value) => typeof value === "boolean", "must be true or false");

/** Both bounds belong to the range. */
export const number = (least: number, most: number): Check =>
  accepts(
    (value) => typeof value === "number" && value >= least && value <= most,
    `must be a number from ${least} to ${most}`,
  );

/** Both bounds belong to the range. */
export const integer = (least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Check => {
  const range =
    most < Number.MAX_SAFE_INTEGER
      ? ` from ${least} to ${most}`
      : least > Number.MIN_SAFE_INTEGER
        ? ` of at least ${least}`
        : "";
  return accepts(
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be a whole number${range}`,
  );
};

export const oneOf = (values: readonly string[]): Check =>
  accepts((value) => values.includes(value as string), `must be one of ${values.join(", ")}`);

export const listOf =
  (item: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => item(each, `${at}[${index}]`))
      : [`${at} must be a list`];

/** A value that is of the object's type, or a boolean that stands for its default or for none. */
export const flagOr =
  (check: Check): Check =>
  (value, at) =>
    typeof value === "boolean" ? [] : check(value, at);

/** All checks apply. */
export const allOf =
  (...checks: readonly Check[]): Check =>
  (value, at) => {
    for (const check of checks) {
      const sentences = check(value, at);
      if (sentences.length > 0) return sentences;
    }
    return [];
  };

/**
 * An object with these fields and no others. An undefined field counts as absent.
 * @param required the fields that must be there; the others may be absent.
 */
export const fields =
  <T extends object>(
    checks: Readonly<Record<keyof T, Check>>,
    required: readonly (keyof T & string)[] = [],
  ): Check =>
  (value, at) => {
    if (!isObject(value)) return [`${at || "it"} must be an object`];
    const place = (name: string): string => (at === "" ? name : `${at}.${name}`);
    const missing = required
      .filter((name) => value[name] === undefined)
      .map((name) => `${place(name)} is missing`);
    const wrong = Object.entries(value).flatMap(([name, field]) => {
      if (!Object.hasOwn(checks, name)) return [`there is no field "${place(name)}"`];
      return field === undefined ? [] : checks[name as keyof T](field, place(name));
    });
    return [...missing, ...wrong];
  };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
