import { coverOf, createHostIndex, type HostIndex } from "#core/check/host-index.ts";
import { KeptParts } from "#core/check/kept-parts.ts";
import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { Workload } from "#core/model/workload.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot } from "#core/registry/snapshot.ts";
import { indexRules } from "#core/resolve/index-rules.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { resolveSettings, withMeshExports } from "#core/resolve/mesh-settings.ts";
import { type MtlsWorkload, type ResolvedMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type PolicyScope, policyScope } from "#core/resolve/policy-scope.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import { declareServices, SERVICE_KINDS } from "#core/sources/declare-service.ts";
import { declareWorkload, GROUP_KINDS, registeredWorkload, WRITTEN_KINDS } from "#core/sources/declare-workload.ts";

/**
 * A snapshot as the rules ask for it. Each part is made when it is first asked for, and is the same object for the next
 * snapshot where nothing that it was made of has changed: a rule depends on the parts that it asked for, and on no others.
 */
/** Beside services, what may be a policy's target. */
const TARGET_KINDS = ["Gateway", "VirtualService", "WorkloadGroup"] as const;

export interface CheckContext {
  readonly mesh: MeshSettings;
  readonly instances: readonly WorkloadInstance[];
  readonly hosts: HostIndex;
  readonly workloads: readonly Workload[];
  /** Of anything: resources, instances. */
  readonly namespaces: ReadonlySet<string>;
  /** `namespace/account` of every workload. */
  readonly accounts: ReadonlySet<string>;
  /** Those of which the mesh's identities are. */
  readonly trustDomains: readonly string[];
  /** Workloads that bear every label of the selector; in one namespace, or in all when it is undefined. */
  readonly select: (selector: Labels, namespace: string | undefined) => readonly Workload[];
  /** Names of the subsets of a host, by its whole name, that some clients in a namespace have. */
  readonly subsetsOf: (host: string, fromNamespace: string) => ReadonlySet<string>;
  /** By `namespace/name`. */
  readonly gateways: ReadonlyMap<string, Resource<"Gateway">>;
  /** Whom policies mean that name targets. */
  readonly policyScope: PolicyScope;
  /** Whether a VirtualService or a Gateway has a host. A Gateway of all hosts says nothing of which there are. */
  readonly isRouted: (host: string) => boolean;
  readonly mtlsOf: (workload: MtlsWorkload) => ResolvedMtlsMode;
  /** What follows from services and the MeshConfig, as proxies have it. */
  readonly services: ServiceReader;
  /** All of a kind, with the mesh's defaults of who sees what. */
  readonly of: <K extends Kind>(kind: K) => readonly Resource<K>[];
}

export type ServiceReader = Pick<MeshReader, "mesh" | "settings" | "service" | "servicesSelecting">;

/** Kinds that say what holds for the mesh. */
const SETTINGS_KINDS = ["MeshConfig"] as const satisfies readonly Kind[];

export function createCheckContext(written: Snapshot, kept: KeptParts = new KeptParts()): CheckContext {
  const snapshot = withMeshExports(written);
  const { mesh } = snapshot;
  const byKind = Map.groupBy<Kind, AnyResource>(snapshot.resources, ({ kind }) => kind);
  const of = <K extends Kind>(kind: K) => kept.list(kind, byKind.get(kind) ?? []) as unknown as readonly Resource<K>[];
  const rules = () => of("DestinationRule");
  const context: CheckContext = madeOnce({
    mesh,
    of,
    get instances() {
      return kept.list("instances", snapshot.instances);
    },
    get hosts() {
      const saying = SERVICE_KINDS.map((kind) => allOf(context, kind));
      return kept.make("hosts", [...saying, mesh], () =>
        createHostIndex(declareServices(saying.flat()), mesh.domainSuffix),
      );
    },
    get workloads() {
      const { instances } = context;
      const saying = [...WRITTEN_KINDS, ...GROUP_KINDS].map((kind) => allOf(context, kind));
      return kept.make("workloads", [instances, ...saying], () => [
        ...instances.map(registeredWorkload),
        ...saying.flatMap((resources) => resources.flatMap((resource) => declareWorkload(resource) ?? [])),
      ]);
    },
    get namespaces() {
      const { workloads } = context;
      const names = new Set([
        ...snapshot.resources.map(({ metadata }) => metadata.namespace),
        ...workloads.map(({ namespace }) => namespace),
        mesh.rootNamespace,
      ]);
      return kept.make("namespaces", [...names].sort(), () => names);
    },
    get accounts() {
      const { workloads } = context;
      return kept.make(
        "accounts",
        [workloads],
        () =>
          new Set(
            workloads.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount ?? DEFAULT_ACCOUNT}`),
          ),
      );
    },
    get trustDomains() {
      const config = of("MeshConfig");
      return kept.make("trustDomains", [config, mesh], () => trustDomainsOf(mesh, resolveSettings(mesh, config[0])));
    },
    get select() {
      const { workloads } = context;
      return kept.make("select", [workloads], () => indexByLabel(workloads));
    },
    get subsetsOf() {
      const { hosts } = context;
      return kept.make("subsetsOf", [hosts, rules(), mesh], () => indexSubsets(hosts, indexRules(rules(), mesh)));
    },
    get gateways() {
      const all = of("Gateway");
      return kept.make(
        "gateways",
        [all],
        () => new Map(all.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each])),
      );
    },
    get policyScope() {
      const kinds = [
        ...SERVICE_KINDS.map((kind) => allOf(context, kind)),
        ...TARGET_KINDS.map((kind) => allOf(context, kind)),
      ];
      return kept.make("policyScope", [...kinds, mesh], () => policyScope(mesh, kinds.flat()));
    },
    get isRouted() {
      const [routes, all] = [of("VirtualService"), of("Gateway")];
      return kept.make("isRouted", [routes, all], () => {
        const served = all.flatMap(({ spec }) =>
          spec.servers.flatMap((server) => server.hosts.map((host) => host.slice(host.indexOf("/") + 1))),
        );
        return coverOf([...routes.flatMap(({ spec }) => spec.hosts ?? []), ...served.filter((host) => host !== "*")]);
      });
    },
    get mtlsOf() {
      const policies = of("PeerAuthentication");
      return kept.make(
        "mtlsOf",
        [policies, mesh],
        () => (workload: MtlsWorkload) => resolveMtlsMode(policies, mesh.rootNamespace, workload),
      );
    },
    get services() {
      const saying = [...SERVICE_KINDS, ...SETTINGS_KINDS].map((kind) => allOf(context, kind));
      return kept.make("services", [...saying, mesh], () =>
        createSnapshotReader({ ...snapshot, resources: saying.flat(), instances: [] }),
      );
    },
  });
  return context;
}

/** The same parts, each made when it is first asked for: within one snapshot nothing changes. */
function madeOnce<T extends object>(parts: T): T {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(parts))) {
    if (get === undefined) continue;
    Object.defineProperty(parts, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value: unknown = get.call(parts);
        Object.defineProperty(parts, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return parts;
}

/** The same as `of`, where the kind is any. */
export function allOf({ of }: Pick<CheckContext, "of">, kind: Kind): readonly AnyResource[] {
  return of(kind) as readonly { readonly kind: Kind }[] as readonly AnyResource[];
}

/** What was asked for: parts, and resources of kinds. */
export type Reads = Map<Kind | keyof CheckContext, unknown>;

/** The same, noting in `reads` what is asked for. */
export function recordReads(context: CheckContext, reads: Reads): CheckContext {
  const of: CheckContext["of"] = (kind) => {
    const resources = context.of(kind);
    reads.set(kind, resources);
    return resources;
  };
  return new Proxy(context, {
    get(_, name: keyof CheckContext) {
      if (name === "of") return of;
      const part = context[name];
      reads.set(name, part);
      return part;
    },
  });
}

/** Whether the context answers what was asked as it was answered then. */
export function areAnsweredAsBefore(reads: Reads, context: CheckContext): boolean {
  const ask = (name: Kind | keyof CheckContext): unknown =>
    name in KINDS ? context.of(name as Kind) : context[name as keyof CheckContext];
  return [...reads].every(([name, before]) => ask(name) === before);
}

/** Of a workload that names none, as in Istio. */
const DEFAULT_ACCOUNT = "default";

function indexSubsets(hosts: HostIndex, findRules: ReturnType<typeof indexRules>): CheckContext["subsetsOf"] {
  return (host, fromNamespace) => {
    const serviceNamespace = hosts.find(host, fromNamespace)?.namespace ?? fromNamespace;
    return new Set(
      findRules(host, fromNamespace, serviceNamespace).flatMap(({ subsets }) => subsets.map(({ name }) => name)),
    );
  };
}

/** By each label: a selector then looks at those that bear its rarest one, not at all. */
function indexByLabel(workloads: readonly Workload[]): CheckContext["select"] {
  const byLabel = new Map<string, Workload[]>();
  for (const workload of workloads) {
    for (const [key, value] of Object.entries(workload.labels)) {
      const list = byLabel.get(`${key}=${value}`) ?? [];
      list.push(workload);
      byLabel.set(`${key}=${value}`, list);
    }
  }
  return (selector, namespace) => {
    const lists = Object.entries(selector).map(([key, value]) => byLabel.get(`${key}=${value}`) ?? []);
    const candidates = lists.reduce(
      (least, list) => (list.length < least.length ? list : least),
      lists[0] ?? workloads,
    );
    return candidates.filter(
      (workload) =>
        (namespace === undefined || workload.namespace === namespace) && matchesLabels(workload.labels, selector),
    );
  };
}
