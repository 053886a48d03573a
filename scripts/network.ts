/** The addresses of this machine: which of them a server can listen on, and which of them other machines can open. */
import { isIP } from "node:net";
import { hostname, networkInterfaces, type NetworkInterfaceInfo } from "node:os";

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Bridges of containers and virtual machines: no other machine is behind them. */
const isVirtual = (name: string): boolean => /^(docker|br-|veth|virbr|vmnet|vboxnet)/.test(name);

/** Names for this machine alone. */
export const localNames: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/**
 * The addresses by which the local network can reach this machine. IPv6 counts only without an IPv4 address: a phone's
 * user types them, and the temporary ones change each day.
 */
export function networkAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  const outward = Object.entries(interfaces)
    .filter(([name]) => !isVirtual(name))
    .flatMap(([, infos = []]) => infos)
    .filter(({ internal, address }) => !internal && !/^(fe80|169\.254)/i.test(address));
  const v4 = outward.filter(({ family }) => family === "IPv4");
  return (v4.length > 0 ? v4 : outward).map(({ address }) => address);
}

/** By multicast DNS, which phones know. */
export const networkName = (): string => `${hostname().split(".")[0]}.local`.toLowerCase();

/** @returns the sentence's end that says why no server can listen there, or undefined. */
export function unusableHost(
  host: string,
  interfaces: Interfaces = networkInterfaces(),
): string | undefined {
  const own = Object.values(interfaces).flatMap((infos = []) =>
    infos.map(({ address }) => address),
  );
  if (isEveryAddress(host) || isLoopback(host) || own.includes(host)) return undefined;
  const choices = ["127.0.0.1", ...networkAddresses(interfaces), "0.0.0.0 for all"].join(", ");
  return isIP(host)
    ? `which is no address of this machine: choose one of ${choices}`
    : `which is no IP address: choose one of ${choices}`;
}

const isEveryAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

export const isLoopback = (host: string): boolean => host === "::1" || host.startsWith("127.");

/** The addresses by which other machines reach a server that listens on `host`. */
export function openAddresses(host: string): string[] {
  if (isLoopback(host)) return [];
  return isEveryAddress(host) ? networkAddresses() : [host];
}

/** The address for a client on this machine: `localhost` if the server listens there. */
export const localAddress = (host: string): string =>
  isEveryAddress(host) || isLoopback(host) ? "localhost" : inUrl(host);

/** The IP address by which a process of this machine reaches the server. */
export const reachableAddress = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;

export const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);
