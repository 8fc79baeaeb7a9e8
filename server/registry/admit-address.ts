import ipaddr from "ipaddr.js";
import { PharosError } from "#core/errors.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";

export interface AddressRules {
  /** CIDRs in which an instance may be beside where its agent connects from: behind NAT, or with several addresses. */
  readonly allowed: readonly string[];
  /** Only this machine reaches the control plane: then loopback is one place to everybody in the mesh. */
  readonly isLoopbackMesh: boolean;
  /** Addresses of this machine: whoever connects over loopback is at one of them. */
  readonly ownAddresses: () => readonly string[];
  /** Whether the server itself listens there. */
  readonly isServers: (address: string, port: number) => boolean;
}

export interface AddressClaim {
  /** What the agent says; empty: where it connects from. */
  readonly said: string;
  /** What its WorkloadGroup says. */
  readonly group: string | undefined;
  /** The connection's other end, without port. */
  readonly peer: string;
}

/** Nobody's own: everybody, nobody, or whoever answers on a caller's link (a cloud's metadata server for one). */
const NEVER: ReadonlySet<string> = new Set(["unspecified", "broadcast", "multicast", "linkLocal"]);

/**
 * The address that callers are sent to, in its one usual form. Callers' Envoys connect to it: it is a literal, and the one the agent
 * connects from unless its WorkloadGroup or the server's own settings say otherwise. Throws "invalid" or "forbidden".
 */
export function admitAddress({ said, group, peer }: AddressClaim, rules: AddressRules): string {
  const text = said || group || peer;
  const address = parse(text);
  if (address === undefined)
    throw new PharosError("invalid", `address: ${quote(text)} is not an IP address`, {
      hint: "callers connect to it: name an address of this host with --address",
    });
  const canonical = address.toString();
  const range = address.range();
  if (NEVER.has(range))
    throw new PharosError("forbidden", `address: ${canonical} (${range}) is not an address of a workload`, {
      hint: "name an address of this host with --address",
    });
  if (group !== undefined && parse(group)?.toString() === canonical) return canonical;
  if (rules.allowed.some((cidr) => contains(cidr, address))) return canonical;
  const from = parse(peer);
  const isLoopback = range === "loopback";
  if (isLoopback && !rules.isLoopbackMesh)
    throw new PharosError("forbidden", `address: ${canonical} is, to every other host of this mesh, that host itself`, {
      hint: "name an address with --address at which other hosts reach this one, or allow this one with `pharos serve --instance-addresses`",
    });
  if (from?.toString() === canonical) return canonical;
  if (
    from?.range() === "loopback" &&
    (isLoopback || rules.ownAddresses().some((own) => parse(own)?.toString() === canonical))
  )
    return canonical;
  throw new PharosError(
    "forbidden",
    `address: ${canonical} is not where the agent connects from (${from?.toString() ?? "nowhere that is known"})`,
    {
      hint: "leave --address out; behind NAT, allow the addresses with `pharos serve --instance-addresses 10.0.0.0/8`, or set the WorkloadGroup's template.address",
    },
  );
}

/** IPv4 within IPv6 is IPv4. Undefined for what is no literal in its usual form: no names, no paths, no zones, no octal. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return isIpAddress(text) ? ipaddr.process(text) : undefined;
}

function contains(cidr: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [network, length] = ipaddr.parseCIDR(cidr);
  return network.kind() === address.kind() && address.match(network, length);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
