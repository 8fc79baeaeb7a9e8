import { compareNames } from "#core/compare-names.ts";
import { expandHost, hostMatches, normalizeHost } from "#core/host/host.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isOwnAnswer, tellsOwnAnswer } from "#core/telemetry/own-answer.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { EgressSeen, EgressView } from "#core/view/egress.ts";
import { listServices } from "#server/services/service-directory.ts";

export interface EgressParts {
  readonly snapshot: Snapshot;
  readonly rows: readonly TrafficRow[];
  /** For so long they were counted. */
  readonly seconds: number;
  /** Single requests of the same time: they say which host was asked for. */
  readonly samples: readonly RequestRecord[];
}

/** What callers asked for that no service declares: what the registry alone would refuse. */
export function describeEgress({ snapshot, rows, seconds, samples }: EgressParts): EgressView {
  const { rootNamespace } = snapshot.mesh;
  const isDeclared = declaredIn(snapshot);
  const outward = rows.filter(({ key }) => key.reporter === "source" && key.sourceWorkload !== UNKNOWN);
  const left = outward.filter(({ key }) => key.destinationWorkload === UNKNOWN);
  const named = left.filter(
    ({ key }) => key.destinationService !== UNKNOWN && !isDeclared(key.destinationService, key.sourceNamespace),
  );
  // What nobody declares is counted without its name: single requests tell it, and by them the count is shared out.
  const nameless = left.filter(({ key }) => key.destinationService === UNKNOWN);
  const told = samples.filter(
    (each) =>
      each.reporter === "source" &&
      each.sourceWorkload !== UNKNOWN &&
      each.destinationWorkload === UNKNOWN &&
      !isDeclared(splitAuthority(each.authority).host, each.sourceNamespace),
  );
  const seen = [
    ...sumUp(named.map((row) => ({ ...askedOf(row.key), count: row.count, isBlocked: isOwnAnswer(row.key.deniedBy) }))),
    ...[...Map.groupBy(nameless, ({ key }) => `${key.sourceNamespace} ${key.protocol}`).values()].flatMap((all) =>
      sumUp(shareOut(all, told)),
    ),
  ].map(({ count, blocked, ...each }) => ({
    ...each,
    perSecond: count / seconds,
    blockedPerSecond: blocked / seconds,
  }));
  return { hasTraffic: rows.length > 0, rootNamespace, seen: seen.sort((a, b) => b.perSecond - a.perSecond) };
}

type Asked = Pick<EgressSeen, "namespace" | "host" | "port" | "protocol"> & { readonly caller: string };
type Counted = Asked & { readonly count: number; readonly isBlocked: boolean };

function declaredIn(snapshot: Snapshot): (host: string, namespace: string) => boolean {
  const { domainSuffix } = snapshot.mesh;
  const declared = [...listServices(snapshot).keys()];
  return (host, namespace) => {
    // Whoever is turned down at its own proxy is counted as it wrote the name.
    const names = [
      host,
      expandHost(host, namespace, domainSuffix),
      `${host}.svc.${domainSuffix}`,
      `${host}.${domainSuffix}`,
    ];
    return declared.some((each) => names.some((name) => hostMatches(each, name)));
  };
}

function askedOf({
  sourceNamespace,
  sourceWorkload,
  destinationService,
  destinationPort,
  protocol,
}: TrafficKey): Asked {
  const host = destinationService === UNKNOWN ? "" : destinationService;
  return { namespace: sourceNamespace, caller: sourceWorkload, host, port: destinationPort, protocol };
}

/** Rows of one namespace and protocol, by what its samples asked for; without any they stay nameless. */
function shareOut(rows: readonly TrafficRow[], samples: readonly RequestRecord[]): Counted[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { sourceNamespace, protocol } = first.key;
  const own = protocol === "tcp" ? [] : samples.filter((each) => each.sourceNamespace === sourceNamespace);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  if (own.length === 0)
    return rows.map((row) => ({ ...askedOf(row.key), count: row.count, isBlocked: isOwnAnswer(row.key.deniedBy) }));
  return own.map(({ authority, sourceWorkload, deniedBy }) => ({
    ...{ namespace: sourceNamespace, caller: sourceWorkload, protocol, ...splitAuthority(authority) },
    count: total / own.length,
    isBlocked: tellsOwnAnswer(deniedBy ?? ""),
  }));
}

/** `api.example.com:443` → its host and port; 0 where it says none. */
function splitAuthority(authority: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = "0"] = /^(.*?)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  return { host: normalizeHost(host), port: Number(port) };
}

function sumUp(counted: readonly Counted[]) {
  const groups = Map.groupBy(counted, ({ namespace, host, port, protocol }) =>
    [namespace, host, port, protocol].join(" "),
  );
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { namespace, host, port, protocol } = first;
    const sum = (of: readonly Counted[]): number => of.reduce((total, { count }) => total + count, 0);
    return [
      {
        ...{ namespace, host, port, protocol },
        callers: [...new Set(all.map(({ caller }) => caller))].sort(compareNames),
        count: sum(all),
        blocked: sum(all.filter(({ isBlocked }) => isBlocked)),
      },
    ];
  });
}
