/** As `URL.parse`, which browsers have only since 2024. @returns undefined for a text that is no URL. */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
