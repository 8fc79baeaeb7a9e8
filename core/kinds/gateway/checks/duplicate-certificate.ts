import type { CheckContext } from "#core/check/context.ts";
import type { Finding, ListCheck } from "#core/check/rule.ts";
import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import { resolveServerTls } from "#core/resolve/server-tls.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

interface Shown {
  readonly gateway: Resource<"Gateway">;
  readonly server: GatewayServer;
  readonly path: Path;
}

/**
 * Browsers send requests for any host of a certificate on the connection that they have, and that connection belongs to the
 * server whose name it was opened for: another Gateway's hosts are not found there. One Gateway's servers are left alone, as in
 * Istio: who writes them side by side sees both.
 */
export const duplicateCertificate: ListCheck<"Gateway"> = {
  code: "duplicate-certificate",
  summary:
    "Gateways of one workload show the same certificate on one port for other hosts (Istio's IST0138): a client that reuses its HTTP/2 connection is answered 404.",
  check(gateways, { select }) {
    const byCertificate = Map.groupBy(gateways.flatMap(listShown), ({ key }) => key);
    return [...byCertificate.values()].flatMap((shown) =>
      shown.flatMap((own) => {
        const others = shown.filter((other) => meet(own, other, select));
        return others.length === 0 ? [] : [tell(own, others)];
      }),
    );
  },
};

function listShown(gateway: Resource<"Gateway">): (Shown & { readonly key: string })[] {
  return gateway.spec.servers.flatMap((server, index) => {
    const tls = resolveServerTls(server);
    if (tls?.kind !== "own" || server.tls?.mode === "PASSTHROUGH" || server.tls?.mode === "AUTO_PASSTHROUGH") return [];
    return tls.certificates.map((certificate) => ({
      ...{ gateway, server, path: ["spec", "servers", index, "tls"] },
      key: `${server.port.number} ${JSON.stringify(certificate)}`,
    }));
  });
}

/** Some workload is both's, and one has hosts that the other does not. */
function meet(own: Shown, other: Shown, select: CheckContext["select"]): boolean {
  if (own.gateway === other.gateway || !isApart(own.server.hosts, other.server.hosts)) return false;
  const [selector, others] = [own.gateway.spec.selector ?? {}, other.gateway.spec.selector ?? {}];
  return matchesLabels(others, selector) || areBoths(selector, others, select);
}

function areBoths(selector: Labels, others: Labels, select: CheckContext["select"]): boolean {
  return select(selector, undefined).some(({ labels }) => matchesLabels(labels, others));
}

function isApart(own: readonly string[], others: readonly string[]): boolean {
  return own.map(hostOf).some((host) => !others.map(hostOf).includes(host));
}

function hostOf(written: string): string {
  return written.slice(written.indexOf("/") + 1);
}

function tell({ gateway, path, server }: Shown, others: readonly Shown[]): Finding {
  const names = [...new Set(others.map((other) => formatRef(refOf(other.gateway))))].sort().join(", ");
  return {
    severity: "warning",
    resource: formatRef(refOf(gateway)),
    path,
    message: `${names} shows the same certificate on port ${server.port.number} for other hosts: clients that reuse a connection are answered 404`,
    hint: "write the servers as one with all hosts, or give each host its own certificate",
  };
}
