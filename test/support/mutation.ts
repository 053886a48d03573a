/** Changes valid messages into ones that are nearly valid, by a seeded random: structure first, then the text. */

type Random = () => number;

export const pick = <T>(items: readonly T[], random: Random): T =>
  items.at(Math.floor(random() * items.length))!;

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e17,
  -1e308,
  1e300,
  "",
  "\u0000",
  "\ud800",
  "x".repeat(5_000),
  "__proto__",
  "9".repeat(400),
  [],
  {},
  [[]],
  { constructor: { prototype: 1 } },
  [null],
  { "": "" },
  { a: { b: [{ c: null }] } },
  "temp:x",
  "user:",
  "../..",
  "😀".repeat(200),
];

/** A copy with one to four changes, or text that is no JSON. */
export function mutated(value: object, random: Random): string {
  let json: unknown = structuredClone(value);
  const changes = 1 + Math.floor(random() * 4);
  for (let change = 0; change < changes; change++) json = changed(json, random);
  const text = JSON.stringify(json) ?? "";
  return random() < 0.9 ? text : brokenText(text, random);
}

/** Cut, with a byte too many, nested deeply, with keys of prototypes, or something else. */
function brokenText(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const depth = Math.floor(random() * 3_000);
  return pick(
    [
      text.slice(0, at),
      `${text.slice(0, at)}\u0000${text.slice(at)}`,
      `[${text}]`,
      `${"[".repeat(depth)}${text}${"]".repeat(depth)}`,
      `${'{"a":'.repeat(depth)}${text}${"}".repeat(depth)}`,
      text.replace("{", '{"__proto__":{"a":1},'),
      `${text.slice(0, at)}1e999${text.slice(at)}`,
      '"a"',
      "1",
      "",
      " ",
    ],
    random,
  );
}

function changed(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random() < 0.15) return pick(strange, random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(strange, random)];
    const at = Math.floor(random() * (value.length + 1));
    return random() < 0.1
      ? Array.from({ length: 50 }, () => value).flat()
      : value
          .with(Math.min(at, Math.max(0, value.length - 1)), changed(value.at(at), random))
          .slice(0, 500);
  }
  const names = Object.keys(value);
  const name =
    random() < 0.15 || names.length === 0
      ? (JSON.stringify(pick(strange, random)) ?? "")
      : pick(names, random);
  if (random() < 0.15)
    return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
  return { ...value, [name]: changed((value as Record<string, unknown>)[name], random) };
}
