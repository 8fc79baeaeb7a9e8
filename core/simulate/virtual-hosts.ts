import { lowerAscii } from "#core/simulate/read/string-matcher.ts";
import type { RouteTable, VirtualHost } from "#core/simulate/route.ts";

/** Wildcards of one side, the longest first. */
interface Wildcards {
  readonly lengths: readonly number[];
  readonly hosts: ReadonlyMap<string, VirtualHost>;
}

/** The virtual hosts of a route table by their domains, made once for each version of the table. */
export class VirtualHosts {
  readonly table: RouteTable;
  readonly #exact = new Map<string, VirtualHost>();
  readonly #suffixes: Wildcards;
  readonly #prefixes: Wildcards;
  #any: VirtualHost | undefined;

  /** `discovered` are those that are resources of their own. Of a domain that appears twice the first holds. */
  constructor(table: RouteTable, discovered: readonly VirtualHost[]) {
    this.table = table;
    const suffixes = new Map<string, VirtualHost>();
    const prefixes = new Map<string, VirtualHost>();
    const put = (map: Map<string, VirtualHost>, key: string, host: VirtualHost): void => {
      if (!map.has(key)) map.set(key, host);
    };
    for (const host of [...table.virtualHosts, ...discovered]) {
      for (const written of host.domains) {
        const domain = lowerAscii(written);
        if (domain === "*") this.#any ??= host;
        else if (domain.startsWith("*")) put(suffixes, domain.slice(1), host);
        else if (domain.endsWith("*")) put(prefixes, domain.slice(0, -1), host);
        else put(this.#exact, domain, host);
      }
    }
    this.#suffixes = byLength(suffixes);
    this.#prefixes = byLength(prefixes);
  }

  /** Exact, then the longest suffix wildcard, then the longest prefix wildcard, then `*`; a wildcard stands for at least one character. */
  find(authority: string): VirtualHost | undefined {
    const host = lowerAscii(this.table.ignoresPort ? withoutPort(authority) : authority);
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    for (const length of this.#suffixes.lengths) {
      if (length >= host.length) continue;
      const found = this.#suffixes.hosts.get(host.slice(host.length - length));
      if (found !== undefined) return found;
    }
    for (const length of this.#prefixes.lengths) {
      if (length >= host.length) continue;
      const found = this.#prefixes.hosts.get(host.slice(0, length));
      if (found !== undefined) return found;
    }
    return this.#any;
  }
}

function byLength(hosts: ReadonlyMap<string, VirtualHost>): Wildcards {
  const lengths = [...new Set([...hosts.keys()].map(({ length }) => length))].sort((a, b) => b - a);
  return { lengths, hosts };
}

/** `host:port` → host; an IPv6 address keeps its brackets. */
export function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(":");
  if (colon < 0 || authority.indexOf("]", colon) >= 0) return authority;
  // An IPv6 address without brackets has no port.
  if (!authority.startsWith("[") && authority.indexOf(":") !== colon) return authority;
  return /^\d*$/.test(authority.slice(colon + 1)) ? authority.slice(0, colon) : authority;
}
