/**
 * Parses the addresses of the Live API, as its clients build them from a base URL, and the credentials in them.
 *
 *     {base}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=…
 *     {base}/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent
 *     {base}/v1alpha/auth_tokens
 *
 * The base is this server's URL, or /live/{app}/{user}/{session} on it.
 */
import { liveTokenError } from "../../access/credentials.ts";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { offeredSubprotocols, type PresentedCredential } from "../../access/token.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import { decodePathSegment } from "../request-url.ts";

export interface LiveAddress {
  readonly endpoint: "socket" | "tokens";
  /** Vertex AI's address: its clients read other field names than AI Studio's. */
  readonly vertex: boolean;
  /** The conversation in the base URL; an error if its identity is invalid. */
  readonly conversation: Identity | ClientError | undefined;
  /** The query of the whole address, that of the base URL included. */
  readonly query: URLSearchParams;
}

const studioService =
  /^google\.ai\.generativelanguage\.v1(?:beta|alpha)?\.GenerativeService\.BidiGenerateContent(?:Constrained)?$/;
const vertexService =
  /^google\.cloud\.aiplatform\.v1(?:beta1)?\.LlmBidiService\/BidiGenerateContent$/;

/**
 * Parses an address; undefined if it is not the Live API's.
 *
 * The official SDKs append their path to the base URL as it is: a slash at the base's end is doubled, and after a query the
 * path is part of that query. Both forms are accepted.
 */
export function readLiveAddress(url: URL): LiveAddress | undefined {
  const [base = "", ...queries] = `${url.pathname}${url.search}`.split("?");
  // A base with a query: "/live/a/b/c?lifecycle=1/ws/google.ai…?key=…".
  const [first = "", ...others] = queries;
  // A search from each of many slashes would take quadratic time.
  const at = first.search(/(?<!\/)\/+(?:ws\/google\.|v1(?:beta|alpha)?\/auth_tokens)/);
  const path = at < 0 ? base : base + first.slice(at);
  const query = at < 0 ? queries : [first.slice(0, at), ...others];
  const { prefix, method } = splitPath(path.replaceAll(/\/{2,}/g, "/"));
  if (method === undefined) return undefined;
  const conversation = conversationIn(prefix);
  if (conversation === "unknown") return undefined;
  return { ...method, conversation, query: new URLSearchParams(query.join("&")) };
}

interface SplitPath {
  readonly prefix: string;
  readonly method: Pick<LiveAddress, "endpoint" | "vertex"> | undefined;
}

function splitPath(path: string): SplitPath {
  const [, prefix = "", service] = /^(.*?)\/ws\/(google\..*)$/.exec(path) ?? [];
  if (service !== undefined) {
    const vertex = vertexService.test(service);
    const method =
      vertex || studioService.test(service) ? ({ endpoint: "socket", vertex } as const) : undefined;
    return { prefix, method };
  }
  const [, before] = /^(.*?)\/v1(?:beta|alpha)?\/auth_tokens$/.exec(path) ?? [];
  return {
    prefix: before ?? "",
    method: before === undefined ? undefined : { endpoint: "tokens", vertex: false },
  };
}

function conversationIn(prefix: string): Identity | ClientError | "unknown" | undefined {
  if (prefix === "" || prefix === "/") return undefined;
  const [, ...parts] = /^\/live\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(prefix) ?? [];
  const [app, user, session] = parts.map(decodePathSegment);
  if (app === undefined || user === undefined || session === undefined) return "unknown";
  const identity = parseIdentity(app, user, session);
  return isClientError(identity) ? identity : { app, user, session };
}

/**
 * The credential, in any of the ways of Google's clients: the query in browsers, headers elsewhere. The SDK sends a key that
 * begins with "auth_tokens/" as an access token. A request that changes something takes none from its address.
 */
export function presentedIn(
  { headers, method }: Request,
  { query }: Pick<LiveAddress, "query">,
): PresentedCredential {
  const [, scheme] = /^(?:Bearer|Token) (.+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  const offered = offeredSubprotocols(headers).find((each) => each.startsWith("auth."));
  const credential = [
    ...(method === "GET" ? [query.get("access_token"), query.get("key")] : []),
    headers.get("x-goog-api-key"),
    scheme,
    offered?.slice("auth.".length),
  ].find((text): text is string => typeof text === "string" && text !== "");
  return { credential, query, describe: liveTokenError };
}
