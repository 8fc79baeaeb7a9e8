import { fnv1a } from "#core/fnv1a.ts";
import { isWildcard } from "#core/host/host.ts";
import type { ServiceDeclaration } from "#core/model/service.ts";
import { normalizeCidr } from "#core/schema/normalize-cidr.ts";

/** Of 240.240.0.0/16 those whose last number is neither 0 nor 255. */
const PER_NET = 254;
const SLOTS = 256 * PER_NET;
/** So many places are tried for a host before it goes without. */
const TRIES = 200;

/** One who is said to be at an address. */
export interface Claimant {
  readonly host: string;
  /** Ref of the object that says it. */
  readonly declaredBy: string;
}

export interface AddressBook {
  /** Host → its address of the mesh's own. */
  readonly virtual: ReadonlyMap<string, string>;
  /** Single address → all who are said to be there, by the oldest first. Whose it is for a caller follows from which of them it sees. */
  readonly claimants: ReadonlyMap<string, readonly Claimant[]>;
}

/** Who is at which addresses. `declarations`: the oldest first. */
export function allocateAddresses(declarations: readonly ServiceDeclaration[]): AddressBook {
  const claimants = new Map<string, Claimant[]>();
  for (const { addresses, hosts, source } of declarations)
    for (const address of singleAddresses(addresses)) {
      const all = claimants.get(address) ?? [];
      all.push(...hosts.map((host) => ({ host, declaredBy: source.ref })));
      claimants.set(address, all);
    }
  return { virtual: allocateVirtual(declarations), claimants };
}

/** Without what is a range; two that mean the same address are the same text. */
export function singleAddresses(addresses: readonly string[]): readonly string[] {
  return addresses.flatMap((each) => {
    const [address = "", bits] = normalizeCidr(each).split("/");
    return bits === (address.includes(":") ? "128" : "32") ? [address] : [];
  });
}

/**
 * Host → its address of 240.240.0.0/16, for hosts that are declared without one and are one service (no pattern), found otherwise
 * than by where callers meant to go; that somebody else writes addresses for the same host, whom callers may not see, changes nothing. A host keeps its address whatever younger ones come and
 * go: each has places of its own in turn, by its name, and gets the first that no older one has. So it follows from configuration alone,
 * and is the same at every server and after every start.
 */
function allocateVirtual(declarations: readonly ServiceDeclaration[]): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  const allocated = new Map<string, string>();
  for (const { hosts, resolution, ports, addresses } of declarations) {
    if (resolution === "none" || ports.length === 0 || addresses.length > 0) continue;
    for (const host of hosts) {
      if (isWildcard(host) || allocated.has(host)) continue;
      const slot = freeSlot(host, taken);
      if (slot === undefined) continue;
      taken.add(slot);
      allocated.set(host, `240.240.${Math.floor(slot / PER_NET)}.${(slot % PER_NET) + 1}`);
    }
  }
  return allocated;
}

function freeSlot(host: string, taken: ReadonlySet<number>): number | undefined {
  const first = hashOf(host);
  // Odd and no multiple of what SLOTS is made of: every place comes once.
  const step = (hashOf(`${host} step`) % 1000) * 254 + 1;
  for (let index = 0; index < TRIES; index += 1) {
    const slot = (first + index * step) % SLOTS;
    if (!taken.has(slot)) return slot;
  }
  return undefined;
}

const known = new Map<string, number>();
const KNOWN_MAX = 200_000;

/** Spread out at the end; worked out once for each host. */
function hashOf(text: string): number {
  const before = known.get(text);
  if (before !== undefined) return before;
  let hash = fnv1a(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  const spread = (hash ^ (hash >>> 16)) >>> 0;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, spread);
  return spread;
}
