/** Where a model is reached, and as whom. Of both kinds, `base` is an http(s) URL without a trailing slash; a path in it is kept. */
import type { VertexLocation } from "../core/live-api/session-setup.ts";

export type Endpoint = AiStudioEndpoint | VertexEndpoint;

export interface AiStudioEndpoint {
  readonly surface: "AI Studio";
  readonly base: string;
  readonly version: string;
  readonly key: string;
}

export interface VertexEndpoint extends VertexLocation {
  readonly surface: "Vertex";
  readonly base: string;
  readonly version: string;
  readonly account: ServiceAccount;
}

/** What is needed of a service account's key file. */
export interface ServiceAccount {
  readonly email: string;
  /** PKCS#8, as PEM. */
  readonly privateKey: string;
  /** Where tokens are asked for. */
  readonly tokenUrl: string;
}

/** How a request leaves the Worker: `fetch`, or a test's own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a model's name is completed with; undefined where its bare name is enough. */
export const modelLocationOf = (endpoint: Endpoint): VertexLocation | undefined =>
  endpoint.surface === "Vertex" ? endpoint : undefined;

/** Where Vertex is reached: a multi-region (us, eu) and the global one have hosts of their own. */
export function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  return location === "us" || location === "eu"
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
}

export const liveUrl = ({ surface, base, version }: Endpoint): string =>
  surface === "Vertex"
    ? `${base}/ws/google.cloud.aiplatform.${version}.LlmBidiService/BidiGenerateContent`
    : `${base}/ws/google.ai.generativelanguage.${version}.GenerativeService.BidiGenerateContent`;
