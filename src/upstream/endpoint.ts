/** The Live API's endpoints: AI Studio and Vertex. `base` is an http(s) URL without a trailing slash; it may have a path. */
import type { VertexLocation } from "../core/live-api/session-setup.ts";

export type Endpoint = AiStudioEndpoint | VertexEndpoint;

interface AiStudioEndpoint {
  readonly surface: "AI Studio";
  readonly base: string;
  readonly version: string;
  readonly key: string;
}

interface VertexEndpoint extends VertexLocation {
  readonly surface: "Vertex";
  readonly base: string;
  readonly version: string;
  readonly account: ServiceAccount;
}

/** The required fields of a service account's key file. */
export interface ServiceAccount {
  readonly email: string;
  /** PKCS#8, as PEM. */
  readonly privateKey: string;
  readonly tokenUrl: string;
}

/** `fetch`, or a test's substitute. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Vertex needs its project and location in model names; undefined for AI Studio. */
export const modelLocationOf = (endpoint: Endpoint): VertexLocation | undefined =>
  endpoint.surface === "Vertex" ? endpoint : undefined;

export const geminiApiOrigin = "https://generativelanguage.googleapis.com";

/** "Gemini API", "Vertex AI in us-central1", or the host of another address. */
export function displayNameOf(endpoint: Endpoint): string {
  if (endpoint.surface === "Vertex") return `Vertex AI in ${endpoint.location}`;
  const { host, origin } = new URL(endpoint.base);
  return origin === geminiApiOrigin ? "Gemini API" : host;
}

/** Multi-regions (us, eu) and `global` have hosts of their own. */
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
