/** Addresses of clients on the internet, as limits count them. */

/**
 * What counts as one client: an IPv4 address, or the network of an IPv6 address (/64), of which one client has all.
 * @returns undefined for the machine's own programs: no other client shares it.
 */
export function networkOf(address: string): string | undefined {
  const bare = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  if (bare === "::1" || bare.startsWith("127.")) return undefined;
  return bare.includes(":") ? groupsOf(bare).slice(0, 4).join(":") : bare;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const missing = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(missing).fill("0"), ...after];
  return groups.map((group) => group.replace(/^0+(?=.)/, ""));
}
