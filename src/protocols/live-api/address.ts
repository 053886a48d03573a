/**
 * The addresses of the Live API, as its clients build them from a base URL, and the credentials they carry.
 *
 *     {base}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=…
 *     {base}/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent
 *     {base}/v1alpha/auth_tokens
 *
 * The base is this server's, or /live/{app}/{user}/{session} on it.
 */
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";

export interface LiveAddress {
  readonly what: "socket" | "tokens";
  /** Vertex's clients read other names than AI Studio's. */
  readonly vertex: boolean;
  /** The conversation that the address names, if it does. */
  readonly conversation: Identity | ClientError | undefined;
  /** Of the whole address, the base's own included. */
  readonly query: URLSearchParams;
}

const studio =
  /^google\.ai\.generativelanguage\.v1(?:beta|alpha)?\.GenerativeService\.BidiGenerateContent(?:Constrained)?$/;
const cloud = /^google\.cloud\.aiplatform\.v1(?:beta1)?\.LlmBidiService\/BidiGenerateContent$/;

/**
 * Reads an address; undefined when it is not the Live API's.
 *
 * The official SDKs append their path to the base as it is: after a slash they write another, and after a query the
 * path is within it. Both are read as they were meant.
 */
export function readLiveAddress(url: URL): LiveAddress | undefined {
  const [base = "", ...queries] = `${url.pathname}${url.search}`.split("?");
  // A base with a query: "/live/a/b/c?lifecycle=1/ws/google.ai…?key=…".
  const [first = "", ...others] = queries;
  const at = first.search(/\/+(?:ws\/google\.|v1(?:beta|alpha)?\/auth_tokens)/);
  const path = at < 0 ? base : base + first.slice(at);
  const query = at < 0 ? queries : [first.slice(0, at), ...others];
  const { prefix, method } = apart(path.replaceAll(/\/{2,}/g, "/"));
  if (method === undefined) return undefined;
  const conversation = conversationIn(prefix);
  if (conversation === "none of ours") return undefined;
  return { ...method, conversation, query: new URLSearchParams(query.join("&")) };
}

interface Apart {
  readonly prefix: string;
  readonly method: Pick<LiveAddress, "what" | "vertex"> | undefined;
}

function apart(path: string): Apart {
  const [, prefix = "", service] = /^(.*?)\/ws\/(google\..*)$/.exec(path) ?? [];
  if (service !== undefined) {
    const vertex = cloud.test(service);
    const method =
      vertex || studio.test(service) ? ({ what: "socket", vertex } as const) : undefined;
    return { prefix, method };
  }
  const [, before] = /^(.*?)\/v1(?:beta|alpha)?\/auth_tokens$/.exec(path) ?? [];
  return {
    prefix: before ?? "",
    method: before === undefined ? undefined : { what: "tokens", vertex: false },
  };
}

function conversationIn(prefix: string): Identity | ClientError | "none of ours" | undefined {
  if (prefix === "" || prefix === "/") return undefined;
  const [, ...parts] = /^\/live\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(prefix) ?? [];
  const [app, user, session] = parts.map(decoded);
  if (app === undefined || user === undefined || session === undefined) return "none of ours";
  const identity = parseIdentity(app, user, session);
  return isClientError(identity) ? identity : { app, user, session };
}

/** What is not to be decoded is no identity either, which is told. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The credential, by whichever of the ways Google's clients use: the query in browsers, headers elsewhere. The SDK sends
 * a key that begins with "auth_tokens/" as an access token.
 */
export function credentialOf(headers: Headers, query: URLSearchParams): string | undefined {
  const [, scheme] = /^(?:Bearer|Token) (.+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  const offered = (headers.get("sec-websocket-protocol") ?? "")
    .split(",")
    .map((each) => each.trim())
    .find((each) => each.startsWith("auth."));
  return [
    query.get("access_token"),
    query.get("key"),
    headers.get("x-goog-api-key"),
    scheme,
    offered?.slice("auth.".length),
  ].find((each): each is string => typeof each === "string" && each !== "");
}
