/** Which web pages may connect: this server's own, and those of the origins that the operator lists. */
import { clientError, type ClientError } from "../core/errors.ts";

export interface PagePolicy {
  /** Whole origins, such as "https://shop.example". */
  readonly allowedOrigins: readonly string[];
  readonly auth: { readonly secret: string | undefined; readonly anonymous: boolean };
  readonly phone?: { readonly publicUrl: string } | undefined;
}

/**
 * Checks a request's Origin header, and its host where no token is required. Browsers always send an origin; other
 * programs send none and pass.
 */
export function checkOrigin(request: Request, policy: PagePolicy): ClientError | undefined {
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== url.origin && !policy.allowedOrigins.includes(origin))
    return clientError(
      "FORBIDDEN_ORIGIN",
      "Pages of this origin may not connect. The operator of this server can list it in ALLOWED_ORIGINS.",
    );
  return isTrustedHost(url, policy) ? undefined : forbiddenHost(url);
}

const forbiddenHost = ({ host, protocol }: URL): ClientError =>
  clientError(
    "FORBIDDEN_HOST",
    `This server requires no token and does not know the name ${host}. Its operator can list ${protocol}//${host} in ALLOWED_ORIGINS, or set AUTH_SECRET.`,
  );

/**
 * DNS rebinding: a foreign page whose name resolves to this machine has this server's own origin. Only tokens, or a name
 * that no stranger can own, tell it apart.
 */
function isTrustedHost(url: URL, { allowedOrigins, auth, phone }: PagePolicy): boolean {
  if (auth.secret !== undefined || !auth.anonymous) return true;
  const own = [...allowedOrigins, ...(phone ? [phone.publicUrl] : [])];
  return isUnregistrable(url.hostname) || own.some((known) => URL.parse(known)?.host === url.host);
}

/**
 * IP addresses, names without a dot, domains that public DNS does not have (RFC 2606, 6761, 6762, 8375, and those of home
 * routers), and the tunnel of `wrangler dev --tunnel`, whose names Cloudflare alone resolves.
 */
const isUnregistrable = (hostname: string): boolean => {
  const name = hostname.replace(/\.$/, "");
  return (
    name.startsWith("[") ||
    /^[\d.]+$/.test(name) ||
    !name.includes(".") ||
    /\.(localhost|local|internal|lan|home|home\.arpa|test|example|invalid|trycloudflare\.com)$/.test(
      name,
    )
  );
};
