import { compareNames } from "#core/compare-names.ts";
import { findPlaintext } from "#core/graph/find-plaintext.ts";
import type { Graph } from "#core/graph/graph.ts";
import { listKeys } from "#core/registry/list-keys.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { asksForToken } from "#core/resolve/asks-for-token.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import { reachOf, resolvePolicies, standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { type TokenRule, tokenRulesOf, wantedKeys } from "#core/resolve/token-rules.ts";
import { waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import type { Labels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type {
  AuthenticationView,
  IssuerView,
  KeyPlace,
  PlaintextCaller,
  TokenPlace,
  WorkloadMtlsView,
} from "#core/view/authentication.ts";
import type { KeyView } from "#core/view/config.ts";
import { describeWorkloadMtls } from "#server/services/effective-mtls.ts";

export interface AuthenticationParts {
  readonly snapshot: Snapshot;
  /** Between workloads. */
  readonly graph: Graph;
  readonly keysAt: (location: string) => Omit<KeyView, "location"> | undefined;
}

interface Known {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
}

/** Where Envoy and Istio look where a rule names no place. */
const USUAL_PLACES: readonly TokenPlace[] = [
  { kind: "header", name: "Authorization", prefix: "Bearer " },
  { kind: "parameter", name: "access_token", prefix: "" },
];

/** Whose tokens are checked where, with which keys, and over what workloads are spoken to. */
export function describeAuthentication({ snapshot, graph, keysAt }: AuthenticationParts): AuthenticationView {
  return {
    issuers: describeIssuers(snapshot),
    keys: describeKeyPlaces(snapshot, keysAt),
    mtls: describeMtls(snapshot, graph),
    hasTraffic: graph.edges.length > 0,
    rootNamespace: snapshot.mesh.rootNamespace,
  };
}

/** All workloads once, those too of which nothing runs. */
function workloadsOf({ resources, instances }: Snapshot): Known[] {
  const running = instances.map(({ namespace, workload, labels }) => ({ namespace, name: workload, labels }));
  const all = [...running, ...waitingWorkloads({ resources, instances })];
  return [...new Map(all.map((each) => [nameOf(each), each])).values()];
}

function nameOf({ namespace, name }: Pick<Known, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

function describeIssuers(snapshot: Snapshot): IssuerView[] {
  const { resources, mesh } = snapshot;
  const scope = policyScope(mesh, resources);
  const known = workloadsOf(snapshot);
  const policies = ofKind(resources, "AuthorizationPolicy");
  return ofKind(resources, "RequestAuthentication")
    .flatMap((resource) => {
      const reached = known.filter((each) => standsOver(resource, each, scope));
      const guarding = reached.flatMap((each) => resolvePolicies(policies, each, scope));
      const askedBy = readGuards([...new Set(guarding)]).flatMap((guard) => (asksForToken(guard) ? [guard.ref] : []));
      const { namespace, name } = resource.metadata;
      return tokenRulesOf(resource).map((rule, index): IssuerView => {
        const { issuer, audiences, isForwarded, keys } = rule;
        return {
          ref: formatRef(refOf(resource)),
          namespace,
          name,
          index,
          issuer,
          audiences,
          isForwarded,
          places: placesOf(rule),
          reach: reachOf(resource, mesh.rootNamespace),
          workloads: reached.map(nameOf).sort(compareNames),
          location: keys.kind === "fetched" ? keys.uri : null,
          ownKeys: keys.kind === "own" && keys.set !== undefined ? listKeys(keys.set) : [],
          askedBy: askedBy.sort(compareNames),
        };
      });
    })
    .sort((a, b) => compareNames(a.issuer, b.issuer) || compareNames(a.ref, b.ref) || a.index - b.index);
}

function placesOf({ fromHeaders, fromParams, fromCookies }: TokenRule): readonly TokenPlace[] {
  const written = [
    ...fromHeaders.map((each) => ({ kind: "header" as const, ...each })),
    ...fromParams.map((name) => ({ kind: "parameter" as const, name, prefix: "" })),
    ...fromCookies.map((name) => ({ kind: "cookie" as const, name, prefix: "" })),
  ];
  return written.length === 0 ? USUAL_PLACES : written;
}

function describeKeyPlaces({ resources }: Snapshot, keysAt: AuthenticationParts["keysAt"]): KeyPlace[] {
  const wanted = ofKind(resources, "RequestAuthentication").flatMap((resource) =>
    wantedKeys(resource).map(({ uri, issuer }) => ({ uri, issuer, ref: formatRef(refOf(resource)) })),
  );
  return [...Map.groupBy(wanted, ({ uri }) => uri)]
    .map(([location, all]) => ({
      location,
      // One that was written a moment ago is asked in its turn.
      ...(keysAt(location) ?? { fetchedAt: null, error: null, nextAt: null, keys: [] }),
      issuers: [...new Set(all.map(({ issuer }) => issuer))].sort(compareNames),
      refs: [...new Set(all.map(({ ref }) => ref))].sort(compareNames),
    }))
    .sort((a, b) => compareNames(a.location, b.location));
}

function describeMtls(snapshot: Snapshot, graph: Graph): WorkloadMtlsView[] {
  const plaintext = plaintextByCalled(graph);
  return describeWorkloadMtls(snapshot).map((each) => ({
    ...each,
    plaintext: plaintext.get(nameOf({ namespace: each.namespace, name: each.workload })) ?? [],
  }));
}

function plaintextByCalled(graph: Graph): ReadonlyMap<string, readonly PlaintextCaller[]> {
  const called = new Map(
    graph.nodes.map(({ id, namespace, workload = "" }) => [id, nameOf({ namespace, name: workload })]),
  );
  const targets = new Map(graph.edges.map(({ id, target }) => [id, called.get(target) ?? ""]));
  return Map.groupBy(
    findPlaintext(graph).map(({ target: _, ...caller }) => caller),
    ({ id }) => targets.get(id) ?? "",
  );
}
