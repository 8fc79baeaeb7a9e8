import { compareNames } from "#core/compare-names.ts";
import { expandHost, hostMatches } from "#core/host/host.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isOwnAnswer } from "#core/telemetry/own-answer.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { EgressSeen, EgressView } from "#core/view/egress.ts";
import { listServices } from "#server/services/service-directory.ts";

export interface EgressParts {
  readonly snapshot: Snapshot;
  readonly rows: readonly TrafficRow[];
  /** For so long they were counted. */
  readonly seconds: number;
}

/** What callers asked for that no service declares: what the registry alone would refuse. */
export function describeEgress({ snapshot, rows, seconds }: EgressParts): EgressView {
  const { domainSuffix, rootNamespace } = snapshot.mesh;
  const declared = [...listServices(snapshot).keys()];
  const isDeclared = (host: string, namespace: string): boolean => {
    // Whoever is turned down at its own proxy is counted as it wrote the name.
    const names = [
      host,
      expandHost(host, namespace, domainSuffix),
      `${host}.svc.${domainSuffix}`,
      `${host}.${domainSuffix}`,
    ];
    return declared.some((each) => names.some((name) => hostMatches(each, name)));
  };
  const left = rows.filter(
    ({ key }) =>
      key.reporter === "source" &&
      key.sourceWorkload !== UNKNOWN &&
      key.destinationWorkload === UNKNOWN &&
      (key.destinationService === UNKNOWN || !isDeclared(key.destinationService, key.sourceNamespace)),
  );
  const seen = [...Map.groupBy(left, ({ key }) => groupOf(key)).values()].flatMap((all): EgressSeen[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { sourceNamespace, destinationService, destinationPort, protocol } = first.key;
    const sum = (of: readonly TrafficRow[]): number => of.reduce((total, { count }) => total + count, 0) / seconds;
    return [
      {
        namespace: sourceNamespace,
        callers: [...new Set(all.map(({ key }) => key.sourceWorkload))].sort(compareNames),
        host: destinationService === UNKNOWN ? "" : destinationService,
        port: destinationPort,
        protocol,
        perSecond: sum(all),
        blockedPerSecond: sum(all.filter(({ key }) => isOwnAnswer(key.deniedBy))),
      },
    ];
  });
  return { hasTraffic: rows.length > 0, rootNamespace, seen: seen.sort((a, b) => b.perSecond - a.perSecond) };
}

function groupOf({ sourceNamespace, destinationService, destinationPort, protocol }: TrafficKey): string {
  return `${sourceNamespace} ${destinationService} ${destinationPort} ${protocol}`;
}
