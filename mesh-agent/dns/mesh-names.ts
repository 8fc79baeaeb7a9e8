import { fromBinary } from "@bufbuild/protobuf";
import { hostMatches, isWildcard, normalizeHost } from "#core/host/host.ts";
import { hostForms } from "#core/host/host-forms.ts";
import { virtualIpv6 } from "#core/schema/virtual-addresses.ts";
import { namedAddresses } from "#core/xds/names-metadata.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { CacheCommit, CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

interface Place {
  /** As an application writes names: its namespace, and the mesh's domain. */
  readonly namespace: string;
  readonly domain: string;
  /** Connections of IPv6 are captured: the mesh's own addresses have one of it beside them. */
  readonly takesIpv6?: boolean;
}

interface Hosts {
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Those of them that are patterns; the longest, which says most, first. */
  readonly patterns: readonly string[];
}

/**
 * Names of the mesh with their addresses, from the clusters that Envoy has accepted: what it cannot call has no name. They are on the
 * disk with these, so there are names while the control plane is away.
 */
export class MeshNames {
  readonly #place: Place;
  /** Cluster → what it says. */
  readonly #clusters = new Map<string, { readonly host: string; readonly addresses: readonly string[] }>();
  #hosts: Hosts | undefined;

  constructor(place: Place, known: readonly CachedResource[] = []) {
    this.#place = place;
    for (const resource of known) this.#read(resource);
  }

  /** What Envoy has accepted since. */
  readonly follow = ({ type, upserts, removes, keepOnly }: CacheCommit): void => {
    if (type !== TYPE_URLS.CDS) return;
    this.#hosts = undefined;
    for (const resource of upserts) this.#read(resource);
    for (const name of removes) this.#clusters.delete(name);
    if (keepOnly !== undefined)
      for (const name of this.#clusters.keys()) if (!keepOnly.has(name)) this.#clusters.delete(name);
  };

  /** Addresses of what an application means by a name, short or whole; undefined where the mesh knows none. */
  find(written: string): readonly string[] | undefined {
    this.#hosts ??= this.#byHost();
    const { addresses: hosts, patterns } = this.#hosts;
    const { namespace, domain } = this.#place;
    for (const form of hostForms(written, namespace, domain)) {
      const addresses = hosts.get(form);
      if (addresses !== undefined) return addresses;
    }
    const name = normalizeHost(written);
    const pattern = patterns.find((each) => hostMatches(each, name));
    return pattern === undefined ? undefined : hosts.get(pattern);
  }

  #byHost(): Hosts {
    const hosts = new Map<string, readonly string[]>();
    for (const { host, addresses } of this.#clusters.values())
      hosts.set(host, [...new Set([...(hosts.get(host) ?? []), ...addresses])]);
    const patterns = [...hosts.keys()].filter(isWildcard).sort((a, b) => b.length - a.length);
    return { addresses: hosts, patterns };
  }

  #read({ name, body }: CachedResource): void {
    this.#clusters.delete(name);
    const [direction, , subset, host] = name.split("|");
    if (direction !== "outbound" || subset !== "" || host === undefined) return;
    const { resource } = fromBinary(ResourceSchema, body);
    if (resource === undefined) return;
    const { metadata } = fromBinary(ClusterSchema, resource.value);
    const named = namedAddresses(metadata);
    // Connections to others would go past the proxy.
    const captured = this.#place.takesIpv6 === true ? named : named.filter((address) => !address.includes(":"));
    if (captured.length === 0) return;
    const beside = this.#place.takesIpv6 === true ? captured.flatMap((address) => virtualIpv6(address) ?? []) : [];
    this.#clusters.set(name, { host, addresses: [...captured, ...beside] });
  }
}
