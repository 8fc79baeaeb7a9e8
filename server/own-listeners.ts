import ipaddr from "ipaddr.js";
import { isIpAddress } from "#core/schema/ip-address.ts";

/** Where this server itself listens: no workload is there. */
export class OwnListeners {
  readonly #ownAddresses: () => readonly string[];
  readonly #all: { readonly host: string; readonly port: number }[] = [];

  /** `ownAddresses`: those of this machine's interfaces. */
  constructor(ownAddresses: () => readonly string[]) {
    this.#ownAddresses = ownAddresses;
  }

  /** A host as it is listened on: an address, a wildcard, or a name. No port, null or 0, is none. */
  add(host: string, port: number | null): void {
    if (port !== null && port !== 0) this.#all.push({ host, port });
  }

  /** Whether who connects to this address and port reaches the server. The address is a literal. */
  has(address: string, port: number): boolean {
    return this.#all.some((each) => each.port === port && this.#takes(each.host, address));
  }

  #takes(host: string, address: string): boolean {
    if (!isIpAddress(address)) return false;
    const to = ipaddr.process(address);
    // A name may stand for any address of this machine.
    if (!isIpAddress(host)) return this.#isOwn(to);
    const at = ipaddr.process(host);
    if (at.range() !== "unspecified") return at.toString() === to.toString();
    // Of IPv6 it takes IPv4 too.
    return (at.kind() === "ipv6" || to.kind() === "ipv4") && this.#isOwn(to);
  }

  #isOwn(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return (
      address.range() === "loopback" ||
      this.#ownAddresses().some((own) => isIpAddress(own) && ipaddr.process(own).toString() === address.toString())
    );
  }
}
