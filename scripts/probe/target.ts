/** The service under test. The key must be sent in a header, never in a URL. */

export interface Target {
  /** http(s)://host[:port] */
  readonly base: string;
  readonly key: string;
  /** Without `models/`. */
  readonly model: string;
}

const service = "google.ai.generativelanguage";

export function liveUrl({ base }: Target, version: string, constrained: boolean): string {
  const method = `BidiGenerateContent${constrained ? "Constrained" : ""}`;
  const origin = base.replace(/\/+$/u, "").replace(/^http/u, "ws");
  return `${origin}/ws/${service}.${version}.GenerativeService.${method}`;
}

/** Gemini API: authTokens.create. @throws Error with the service's message. */
export async function createToken(
  { base, key }: Target,
  version: string,
  body: object,
): Promise<string> {
  const response = await fetch(`${base.replace(/\/+$/u, "")}/${version}/auth_tokens`, {
    method: "POST",
    headers: { "x-goog-api-key": key, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json().catch(() => ({}))) as {
    name?: string;
    error?: { message?: string };
  };
  if (answer.name !== undefined) return answer.name;
  throw new Error(`${response.status} ${answer.error?.message ?? "no token"}`);
}

/** Whether the service is on this machine, and therefore free. */
export function isLocal(base: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(base).hostname);
}

/** @returns a function that replaces all secrets in a text. */
export function redactor(key: string): (text: string) => string {
  return (text) =>
    text
      .replaceAll(key === "" ? /(?!)/u : key, "«key»")
      .replaceAll(encodeURIComponent(key) || /(?!)/u, "«key»")
      .replaceAll(/auth_tokens\/[\w-]+/gu, "auth_tokens/«token»");
}
