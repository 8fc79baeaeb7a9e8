import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { DNS_PORT } from "#mesh-agent/capture/capture-plan.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { DnsServer } from "#mesh-agent/dns/dns-server.ts";
import { MeshNames } from "#mesh-agent/dns/mesh-names.ts";
import { followResolvers } from "#mesh-agent/dns/resolvers.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import type { Logger } from "#node/log.ts";

const PORT_OF_DNS = 53;
/** Where captured queries come to, of IPv4 and of IPv6. */
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** Answers DNS with the names of what Envoy has accepted; undefined where it is not to. Throws "unavailable" where the port is taken. */
export async function makeNames(
  config: AgentConfig,
  cache: DiskCache,
  log: Logger,
): Promise<Pick<DnsServer, "close"> | undefined> {
  if (config.capture?.dns !== true) return undefined;
  const { namespace, domain } = config;
  const takesIpv6 = config.capture.ipv6;
  const names = new MeshNames({ namespace, domain, takesIpv6 }, cache.list(TYPE_URLS.CDS));
  cache.onCommit(names.follow);
  const known = followResolvers(() => performance.now());
  const resolvers = () => known().map((address) => ({ address, port: PORT_OF_DNS }));
  const find = (name: string) => names.find(name);
  const servers = LOOPBACK.slice(0, takesIpv6 ? 2 : 1).map((host) => new DnsServer({ host, find, resolvers, log }));
  for (const server of servers) await server.listen(DNS_PORT);
  return { close: async () => void (await Promise.all(servers.map((server) => server.close()))) };
}
