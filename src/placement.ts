/**
 * Places a conversation's Durable Object: within the jurisdiction, near its first client, or at the fallback location
 * after a migration because the model's service does not serve the first region.
 *
 *     the Worker ──► object ──► (migrated) ──► the new object, one hop at most
 */

/** Durable Objects: location hints. */
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

/** Durable Objects: jurisdictions. */
export const jurisdictions = ["eu", "fedramp", "fedramp-high", "us"] as const;

export type LocationHint = (typeof locationHints)[number];

/** The part of a Durable Object namespace that the relay uses. */
export interface ObjectNamespace<Stub> {
  getByName(name: string, options?: { locationHint?: LocationHint }): Stub;
  jurisdiction(name: string): ObjectNamespace<Stub>;
}

/** Workers: `request.cf`. */
export interface RequestGeo {
  readonly continent?: string | undefined;
  /** Degrees east, as text. */
  readonly longitude?: string | undefined;
}

/** A migrated object responds with the name of the new object in this header. */
export const movedHeader = "x-parley-moved";

/**
 * The namespace within the jurisdiction, or the namespace itself in a runtime without jurisdictions, such as that of
 * `npm start`. @throws Error if the runtime refuses this one.
 */
export function inJurisdiction<Stub>(
  namespace: ObjectNamespace<Stub>,
  jurisdiction: string | undefined,
): ObjectNamespace<Stub> {
  if (jurisdiction === undefined) return namespace;
  try {
    return namespace.jurisdiction(jurisdiction);
  } catch (error) {
    // Where jurisdictions exist, an object outside of it must not be made.
    if (!/not implemented/.test(error instanceof Error ? error.message : "")) throw error;
    // For the operator: the setting has no effect here.
    // oxlint-disable-next-line no-console
    console.warn(
      `parley: this runtime refuses JURISDICTION ${jurisdiction}, so objects are made without it:`,
      error instanceof Error ? error.message : "",
    );
    return namespace;
  }
}

/** The location nearest to a client. A hint has an effect only when the object is created. */
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

/** The name of the object that a conversation migrates to; undefined if the name is already that of a migrated one. */
export function migratedName(name: string): string | undefined {
  const parts = JSON.parse(name) as string[];
  return parts.length > 3 ? undefined : JSON.stringify([...parts, "moved"]);
}
