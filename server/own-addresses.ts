import { networkInterfaces } from "node:os";

/** Addresses of this machine's interfaces as they are now. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}
