import type { Service } from "#core/model/service.ts";
import { singleAddresses } from "#core/resolve/allocate-addresses.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { normalizeCidr } from "#core/schema/normalize-cidr.ts";

type Reader = Pick<CallerReader, "virtualAddress" | "claimants" | "service">;

/** By which addresses captured callers find a service: as written; where nothing is, the one of the mesh's own. */
export function addressesOf(
  reader: Pick<Reader, "virtualAddress">,
  { host, addresses, resolution }: Service,
): readonly string[] {
  if (addresses.length > 0) return [...new Set(singleAddresses(addresses))];
  // Somebody else may declare the same host otherwise; this one goes where its callers meant to, and that is nowhere.
  const virtual = resolution === "none" ? undefined : reader.virtualAddress(host);
  return virtual === undefined ? [] : [virtual];
}

/** Who asks for addresses: where agents do not answer DNS (`hasNames`) nobody is led to those of the mesh's own. */
interface Asking {
  readonly namespace: string;
  readonly hasNames: boolean;
}

/** Those of one port that are no other's, of the services that callers see. */
export function ownAddresses(
  reader: Reader,
  service: Service,
  port: number,
  { namespace, hasNames }: Asking,
): readonly string[] {
  if (service.addresses.length === 0) return hasNames ? addressesOf(reader, service) : [];
  return addressesOf(reader, service).filter((address) => ownerOf(reader, address, port, namespace) === service.host);
}

/** Those at which callers see nobody else on that port: who is asked for there need not be said by name. */
export function unsharedAddresses(reader: Reader, service: Service, port: number, asking: Asking): readonly string[] {
  const own = ownAddresses(reader, service, port, asking);
  if (service.addresses.length === 0) return own;
  return own.filter((address) => new Set(seenAt(reader, address, port, asking.namespace)).size === 1);
}

/** Whether callers see somebody at an address, on that port. */
export function isSeenAt(reader: Reader, address: string, port: number, namespace: string): boolean {
  return seenAt(reader, address, port, namespace).length > 0;
}

/** Of those who are said to be at an address the first whom callers see there, on that port. */
function ownerOf(reader: Reader, address: string, port: number, namespace: string): string | undefined {
  return seenAt(reader, address, port, namespace)[0];
}

function seenAt(reader: Reader, address: string, port: number, namespace: string): readonly string[] {
  return reader.claimants(address).flatMap(({ host, declaredBy }) => {
    const seen = reader.service(host, namespace);
    const isThere =
      seen?.ports.some(({ number }) => number === port) === true &&
      seen.declarations.some(({ source }) => source.ref === declaredBy);
    return isThere ? [host] : [];
  });
}

/** CIDR ranges that are written, of more than one address. */
export function rangesOf({ addresses }: Service): readonly string[] {
  const ranges = addresses.filter((each) => each.includes("/") && singleAddresses([each]).length === 0);
  return [...new Set(ranges.map(normalizeCidr))];
}
