import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { DNS_PORT } from "#mesh-agent/capture/capture-plan.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { DnsServer } from "#mesh-agent/dns/dns-server.ts";
import { MeshNames } from "#mesh-agent/dns/mesh-names.ts";
import { followResolvers } from "#mesh-agent/dns/resolvers.ts";
import type { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import type { Logger } from "#node/log.ts";

const PORT_OF_DNS = 53;

/** Answers DNS with the names of what Envoy has accepted; undefined where it is not to. Throws "unavailable" where the port is taken. */
export async function makeNames(config: AgentConfig, cache: DiskCache, log: Logger): Promise<DnsServer | undefined> {
  if (config.capture?.dns !== true) return undefined;
  const names = new MeshNames({ namespace: config.namespace, domain: config.domain }, cache.list(TYPE_URLS.CDS));
  cache.onCommit(names.follow);
  const known = followResolvers(() => performance.now());
  const resolvers = () => known().map((address) => ({ address, port: PORT_OF_DNS }));
  const server = new DnsServer({ find: (name) => names.find(name), resolvers, log });
  await server.listen(DNS_PORT);
  return server;
}
