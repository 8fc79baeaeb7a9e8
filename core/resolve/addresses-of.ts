import type { Service } from "#core/model/service.ts";
import { singleAddresses } from "#core/resolve/allocate-addresses.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { normalizeCidr } from "#core/schema/normalize-cidr.ts";

type Reader = Pick<CallerReader, "addressBook">;

/** By which addresses captured callers find a service: as written; where nothing is, the one of the mesh's own. IPv6 is not captured. */
export function addressesOf(reader: Reader, { host, addresses }: Service): readonly string[] {
  if (addresses.length > 0) return [...new Set(singleAddresses(addresses))];
  const virtual = reader.addressBook("virtual", host);
  return virtual === undefined ? [] : [virtual];
}

/** Those of one port that are no other service's. Where agents do not answer DNS (`hasNames`) nobody is led to those of the mesh's own. */
export function ownAddresses(reader: Reader, service: Service, port: number, hasNames: boolean): readonly string[] {
  if (service.addresses.length === 0) return hasNames ? addressesOf(reader, service) : [];
  return addressesOf(reader, service).filter(
    (address) => reader.addressBook("owners", `${address} ${port}`) === service.host,
  );
}

/** CIDR ranges of IPv4 that are written. */
export function rangesOf({ addresses }: Service): readonly string[] {
  const ranges = addresses.filter((each) => each.includes("/") && !each.includes(":") && !each.endsWith("/32"));
  return [...new Set(ranges.map(normalizeCidr))];
}
