/** Which web pages may connect: this server's own, and those of the origins that the operator lists. */
import { clientError, type ClientError } from "../core/errors.ts";

export interface PagePolicy {
  /** Whole origins, such as "https://shop.example". */
  readonly allowedOrigins: readonly string[];
  readonly auth: { readonly secret: string | undefined; readonly anonymous: boolean };
  /** This server's own address on the internet. */
  readonly publicUrl?: string | undefined;
}

/**
 * Checks a request's Origin header, and its host where no token is required. Programs other than browsers send neither an
 * origin nor Sec-Fetch-Site, and pass.
 */
export function checkOrigin(request: Request, policy: PagePolicy): ClientError | undefined {
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  const isForeign =
    origin === null
      ? comesFromForeignPage(request.headers)
      : origin !== url.origin && !policy.allowedOrigins.includes(origin);
  if (isForeign)
    return clientError(
      "FORBIDDEN_ORIGIN",
      "Pages of this origin may not connect. The operator of this server can list it in ALLOWED_ORIGINS.",
    );
  return isTrustedHost(url, policy) ? undefined : forbiddenHost(url);
}

/**
 * A picture, a script, a link or a form sends no origin, and a browser says where it comes from (W3C Fetch Metadata). Another
 * port of this machine is the same site, and a foreign page.
 */
const comesFromForeignPage = (headers: Headers): boolean =>
  !["same-origin", "none"].includes(headers.get("sec-fetch-site") ?? "none");

const forbiddenHost = ({ host, protocol }: URL): ClientError =>
  clientError(
    "FORBIDDEN_HOST",
    `This server requires no token, so that it takes no requests for ${host}. Its operator can list ${protocol}//${host} in ALLOWED_ORIGINS, or set AUTH_SECRET.`,
  );

/**
 * DNS rebinding: a foreign page whose name resolves to this machine has this server's own origin. Only tokens, or a name
 * that cannot be a stranger's, tell it apart.
 */
function isTrustedHost(url: URL, { allowedOrigins, auth, publicUrl }: PagePolicy): boolean {
  if (auth.secret !== undefined || !auth.anonymous) return true;
  const own = [...allowedOrigins, ...(publicUrl === undefined ? [] : [publicUrl])];
  return isLoopback(url.hostname) || own.some((known) => URL.parse(known)?.host === url.host);
}

/**
 * This machine's own names (RFC 6761), with `.test`, which no domain has, and the tunnel of `wrangler dev --tunnel`, whose
 * names Cloudflare alone resolves. `npm start` lists the addresses of a local network that it was told to listen on.
 */
const isLoopback = (hostname: string): boolean => {
  const name = hostname.replace(/\.$/, "");
  return (
    name === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(name) ||
    /^(.+\.)?localhost$/.test(name) ||
    /\.(test|trycloudflare\.com)$/.test(name)
  );
};
