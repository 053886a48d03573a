/**
 * Where a conversation's object lives: within the jurisdiction, near whoever comes first, or where it moved to
 * when the model's service did not serve its region.
 *
 *     the Worker ──► object ──► (moved) ──► its other object, one hop and no more
 */

/** Regions (Durable Objects: location hints). */
export const locationHints = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "oc",
  "afr",
  "me",
] as const;

export type LocationHint = (typeof locationHints)[number];

/** What is used of a namespace of Durable Objects. */
export interface ObjectNamespace<Home> {
  getByName(name: string, options?: { locationHint?: LocationHint }): Home;
  jurisdiction(name: string): ObjectNamespace<Home>;
}

/** Where a request came from, as the runtime says (Workers: `request.cf`). */
export interface RequestGeo {
  readonly continent?: string | undefined;
  /** Degrees east, as text. */
  readonly longitude?: string | undefined;
}

/** The answer of an object that has moved holds its other name. */
export const movedHeader = "x-parley-moved";

/** The namespace within the jurisdiction; without it, as ever, where the runtime knows no such thing. */
export function inJurisdiction<Home>(
  homes: ObjectNamespace<Home>,
  jurisdiction: string | undefined,
): ObjectNamespace<Home> {
  if (jurisdiction === undefined) return homes;
  try {
    return homes.jurisdiction(jurisdiction);
  } catch (error) {
    // The operator must know: what they asked for does not hold here.
    // oxlint-disable-next-line no-console
    console.warn(
      `parley: this runtime refuses JURISDICTION ${jurisdiction}, so objects are made without it:`,
      error instanceof Error ? error.message : "",
    );
    return homes;
  }
}

/** Near the client. It counts only when an object is made (Durable Objects: location hints). */
export function nearestLocation({ continent, longitude }: RequestGeo): LocationHint | undefined {
  const east = Number(longitude ?? Number.NaN);
  switch (continent) {
    case "NA":
      return east < -100 ? "wnam" : "enam";
    case "EU":
      return east > 15 ? "eeur" : "weur";
    case "AS":
      return east < 60 ? "me" : "apac";
    case "SA":
      return "sam";
    case "OC":
      return "oc";
    case "AF":
      return "afr";
    default:
      return undefined;
  }
}

/** The other name of a conversation that moves; undefined when it has moved already. */
export function migratedName(name: string): string | undefined {
  const parts = JSON.parse(name) as string[];
  return parts.length > 3 ? undefined : JSON.stringify([...parts, "moved"]);
}
