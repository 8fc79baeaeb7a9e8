import { labelWorkload } from "#core/model/workload-label.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { providerOf } from "#core/resolve/guarding-policy.ts";
import { limitsOf } from "#core/resolve/inline-limits.ts";
import { resolveInstance } from "#core/resolve/instance.ts";
import { resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type Policy, resolvePolicies } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { selects } from "#core/resolve/service.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { knownHost } from "#server/telemetry/ingest/known-hosts.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

export interface ReporterIdentity {
  /** SPIFFE id of the certificate. */
  readonly principal: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

type AboutInstance = Pick<Reporter, "workload" | "services" | "mtlsAt" | "authentications" | "authorizing" | "limits">;

/** Snapshots are made anew with each change, so what was learnt of one is dropped with it. */
const known = new WeakMap<Snapshot, Map<string, AboutInstance>>();
const accounts = new WeakMap<Snapshot, ReadonlyMap<string, ReadonlySet<string>>>();

/**
 * Joins what the certificate says with what the registry knows of the instance that the report names. One that was never registered, or
 * stands under another account, adds nothing: of its reports nothing is known but the certificate.
 */
export function describeReporter(
  identity: ReporterIdentity,
  found: WorkloadInstance | undefined,
  snapshot: Snapshot,
): Reporter {
  const { principal, namespace } = identity;
  const host = (name: string) => knownHost(snapshot, namespace, name);
  const accountsOf = (workload: string) => accountsIn(snapshot).get(workload);
  const instance = resolveInstance(found, identity);
  if (instance === undefined) return { principal, namespace, knownHost: host, accountsOf };
  const cache = known.get(snapshot) ?? new Map<string, AboutInstance>();
  known.set(snapshot, cache);
  const instanceKey = `${instance.namespace}/${instance.name}`;
  let about = cache.get(instanceKey);
  if (about === undefined) {
    about = describeInstance(instance, snapshot);
    cache.set(instanceKey, about);
  }
  const { rootNamespace } = snapshot.mesh;
  return { principal, namespace, instance: instanceKey, rootNamespace, knownHost: host, accountsOf, about, ...about };
}

function accountsIn(snapshot: Snapshot): ReadonlyMap<string, ReadonlySet<string>> {
  const read = accounts.get(snapshot);
  if (read !== undefined) return read;
  const byWorkload = new Map<string, Set<string>>();
  for (const { namespace, workload, serviceAccount } of snapshot.instances) {
    const name = `${namespace}/${workload}`;
    const under = byWorkload.get(name);
    if (under === undefined) byWorkload.set(name, new Set([serviceAccount]));
    else under.add(serviceAccount);
  }
  accounts.set(snapshot, byWorkload);
  return byWorkload;
}

function describeInstance(instance: WorkloadInstance, snapshot: Snapshot): AboutInstance {
  const { workload, namespace, labels } = instance;
  const over = (policies: readonly Policy[]) =>
    resolvePolicies(policies, { namespace, labels }, policyScope(snapshot.mesh, snapshot.resources)).map(
      ({ metadata }) => metadata,
    );
  return {
    workload: labelWorkload(workload, namespace, labels),
    services: servicesOf(instance, snapshot),
    mtlsAt: mtlsOf(instance, snapshot),
    authentications: over(ofKind(snapshot.resources, "RequestAuthentication")),
    authorizing: over(
      ofKind(snapshot.resources, "AuthorizationPolicy").filter((each) => providerOf(each) !== undefined),
    ),
    limits: [...over(limitsOf("RateLimit", snapshot.resources)), ...over(limitsOf("Quota", snapshot.resources))],
  };
}

function servicesOf(instance: WorkloadInstance, snapshot: Snapshot): NonNullable<Reporter["services"]> {
  return declareServices(snapshot.resources).flatMap((declaration) => {
    const { namespace, hosts, ports } = declaration;
    if (namespace !== instance.namespace || !selects(declaration, instance.labels)) return [];
    return hosts.flatMap((host) =>
      ports.flatMap(({ name, number }) => {
        const port = instance.ports.find((each) => each.name === name);
        return port === undefined ? [] : [{ inboundPort: port.inboundPort, host, port: number }];
      }),
    );
  });
}

/** A captured workload's connections are told of by the application's own port. */
function mtlsOf({ namespace, labels, ports }: WorkloadInstance, snapshot: Snapshot): NonNullable<Reporter["mtlsAt"]> {
  const policies = ofKind(snapshot.resources, "PeerAuthentication");
  return (inboundPort) => {
    const port = ports.find((each) => each.inboundPort === inboundPort);
    if (port === undefined) return undefined;
    const { mode, policy } = resolveMtlsMode(policies, snapshot.mesh.rootNamespace, {
      namespace,
      labels,
      port: port.appPort,
    });
    return policy === undefined || mode !== "STRICT" ? {} : { policy: policy.metadata };
  };
}
