/** An agent's or a tool's identifier as people read it: `night_clerk` is "Night clerk". */
export function displayName(identifier: string): string {
  const words = identifier.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
