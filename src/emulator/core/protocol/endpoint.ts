/** Parses the paths of the Live API into surface, version and method. */
import type { Surface } from "../schema/fields.ts";

export interface Endpoint {
  readonly surface: Surface;
  /** "v1", "v1beta", "v1alpha"; on Vertex "v1" or "v1beta1". */
  readonly version: string;
  /** Whether the method is the one for ephemeral tokens. */
  readonly constrained: boolean;
}

const STUDIO =
  /\/ws\/google\.ai\.generativelanguage\.(v1|v1beta|v1alpha)\.GenerativeService\.BidiGenerateContent(Constrained)?$/;
const VERTEX =
  /\/ws\/google\.cloud\.aiplatform\.(v1|v1beta1)\.LlmBidiService\/BidiGenerateContent$/;

/**
 * @returns undefined for an unknown path. Accepts any prefix and doubled slashes: official clients append to any base
 * URL.
 */
export function readEndpoint(path: string): Endpoint | undefined {
  const plain = `/${path}`.replaceAll(/\/+/g, "/");
  const studio = STUDIO.exec(plain);
  if (studio?.[1] !== undefined) {
    return { surface: "studio", version: studio[1], constrained: studio[2] !== undefined };
  }
  const vertex = VERTEX.exec(plain);
  if (vertex?.[1] === undefined) return undefined;
  return { surface: "vertex", version: vertex[1], constrained: false };
}
