/** Which pages may show this server's page in a frame: the policy in `public/_headers` forbids it to all. */

const forbidden = "frame-ancestors 'none'";

/** @param setting comma-separated origins. @returns undefined if one of them is no origin: then no page may. */
function readAncestors(setting: unknown): string | undefined {
  if (typeof setting !== "string") return undefined;
  const origins = setting
    .split(",")
    .map((origin) => origin.trim().replace(/\/$/, ""))
    .filter(Boolean);
  // The parser of URLs takes a wildcard for a name.
  const valid = origins.every(
    (origin) => !origin.includes("*") && URL.parse(origin)?.origin === origin,
  );
  return valid && origins.length > 0 ? origins.join(" ") : undefined;
}

/** @returns the response, whose policy lets the pages of the setting FRAME_ANCESTORS show it. */
export function allowFrames(response: Response, setting: unknown): Response {
  const ancestors = readAncestors(setting);
  const policy = response.headers.get("content-security-policy");
  if (ancestors === undefined || !policy?.includes(forbidden)) return response;
  const allowed = new Response(response.body, response);
  allowed.headers.set(
    "content-security-policy",
    policy.replace(forbidden, `frame-ancestors ${ancestors}`),
  );
  return allowed;
}
