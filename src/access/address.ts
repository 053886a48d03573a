/** Addresses of clients on the internet, as limits count them. */
import type { Role } from "../wire/parley-v1.ts";

/**
 * Counts as one client: an IPv4 address, or the network of an IPv6 address (/64), of which one client has all.
 * @returns undefined for the machine's own programs: no other client shares it.
 */
export function networkOf(address: string): string | undefined {
  const bare = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  if (bare === "::1" || bare.startsWith("127.")) return undefined;
  return bare.includes(":") ? groupsOf(bare).slice(0, 4).join(":") : bare;
}

/** A client of a request: its credential, or its address, tells it from others. */
export interface Caller {
  /** The same for all connections of one person (person.ts). */
  readonly person?: string | undefined;
  /** Its address on the internet. */
  readonly address?: string | undefined;
  /** The highest role that it may take; undefined: its token names none. */
  readonly granted?: Role | undefined;
}

/** By what limits count it; undefined for a program of the same machine without a token, which does not count. */
export const callerKey = ({ person, address }: Caller): string | undefined =>
  person ?? (address === undefined ? undefined : networkOf(address));

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const missing = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(missing).fill("0"), ...after];
  return groups.map((group) => group.replace(/^0+(?=.)/, ""));
}
