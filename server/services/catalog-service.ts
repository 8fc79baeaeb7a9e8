import { compareNames } from "#core/compare-names.ts";
import { PharosError } from "#core/errors.ts";
import type { Graph, GraphEdge, Health } from "#core/graph/graph.ts";
import { normalizeHost } from "#core/host/host.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import { explainLocalities } from "#core/resolve/explain-localities.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import { namingRoutes } from "#core/resolve/naming-routes.ts";
import { type PolicedWorkload, standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { TraceQuery } from "#core/telemetry/trace-query.ts";
import type { ServicePeer, ServiceRow } from "#core/view/service.ts";
import { buildCatalog } from "#server/services/catalog-names.ts";
import type { Mesh, ServiceFigures, Telemetry } from "#server/services/dependencies.ts";
import { acceptedMtls, serviceMtls } from "#server/services/effective-mtls.ts";
import { explainOnce } from "#server/services/explain-once.ts";
import type { PolicedQuestion } from "#server/services/inputs.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { type DirectoryService, listServices } from "#server/services/service-directory.ts";
import type { Policed, Services } from "#server/services/services.ts";
import { writtenEndpoints } from "#server/services/written-endpoints.ts";

export interface CatalogServiceOptions {
  readonly state: MeshState;
  readonly mesh: Mesh;
  readonly telemetry: Telemetry;
  readonly explain: (host: string) => readonly AppliedResource[];
  readonly now?: () => number;
}

interface Listed {
  readonly service: DirectoryService;
  readonly mtls: ServiceRow["mtls"];
}

const IDLE: Health = { status: "idle", reason: "no request was recorded in this range" };
/** Points of a chart over any range. */
const CHART_POINTS = 60;
const RECENT_TRACES = 20;

export function chartStepMs(seconds: number): number {
  return Math.max(10_000, Math.ceil((seconds * 1000) / CHART_POINTS / 10_000) * 10_000);
}

/** What already stands over workloads; `otherAllows` are refs of ALLOW policies. */
function policed({ resources, instances, mesh }: Snapshot, { namespace, labels, except }: PolicedQuestion): Policed {
  const isRootNamespace = namespace === mesh.rootNamespace;
  const isSelected = (each: PolicedWorkload): boolean =>
    (isRootNamespace || each.namespace === namespace) && matchesLabels(each.labels, labels);
  const waiting = waitingWorkloads({ resources, instances }).filter(isSelected);
  const standing = ofKind(resources, "AuthorizationPolicy").filter((resource) =>
    standsOver(resource, { namespace, labels }, policyScope(mesh, resources)),
  );
  const otherAllows = readGuards(standing).flatMap(({ ref, action, isDryRun }) =>
    action === "ALLOW" && !isDryRun && ref !== except ? [ref] : [],
  );
  return {
    mtls: acceptedMtls({ resources, mesh }, instances.filter(isSelected), waiting),
    otherAllows,
    isRootNamespace,
  };
}

export function createCatalogService(options: CatalogServiceOptions): Services["catalog"] {
  const { state, mesh, telemetry, now = Date.now } = options;
  /** By host, in order of hosts. */
  const directory = perSnapshot((snapshot): ReadonlyMap<string, Listed> => {
    const services = [...listServices(snapshot).values()].sort((a, b) => compareNames(a.host, b.host));
    return new Map(services.map((service) => [service.host, { service, mtls: serviceMtls(snapshot, service) }]));
  });
  const catalogOf = perSnapshot(buildCatalog);
  // Each caller in trouble asks for the same.
  const explain = explainOnce(state, options.explain);
  const writtenAt = explainOnce(state, (host) => writtenEndpoints(state.snapshot(), host));
  const localitiesOf = explainOnce(state, (host) => explainLocalities(state.snapshot(), host));
  const rangeOf = (seconds: number) => ({ startMs: now() - seconds * 1000, endMs: now() });

  function toRow({ service, mtls }: Listed, figures: ServiceFigures | undefined): ServiceRow {
    const { host, namespace, name, ports, instances } = service;
    return {
      host,
      namespace,
      name,
      ports,
      instances: instances.length,
      healthyInstances: instances.filter(({ health }) => health === "healthy").length,
      versions: [...new Set(instances.flatMap(({ labels }) => labels.version ?? []))].sort(compareNames),
      mtls,
      health: figures?.health ?? IDLE,
      requestsPerSecond: figures?.requestsPerSecond ?? null,
      errorPercent: figures?.errorPercent ?? null,
      p95Ms: figures?.p95Ms ?? null,
      sparkline: figures?.sparkline ?? [],
    };
  }

  return {
    async services(seconds) {
      const figures = new Map((await telemetry.services(rangeOf(seconds))).map((each) => [each.host, each]));
      return Array.from(directory(state.snapshot()).values(), (listed) =>
        toRow(listed, figures.get(listed.service.host)),
      );
    },
    async service(asked, seconds) {
      const host = normalizeHost(asked);
      const snapshot = state.snapshot();
      const declared = directory(snapshot).get(host);
      const naming = declared === undefined ? namingRoutes(snapshot, host) : [];
      const listed = declared ?? asNamed(host, naming);
      if (listed === undefined)
        throw new PharosError("not-found", `no service ${host}`, {
          hint: "services come from ServiceEntry resources, and no VirtualService names it either; the list shows all of them",
        });
      const { service } = listed;
      const range = rangeOf(seconds);
      const [figures, metrics, graph, proxies, traces] = await Promise.all([
        telemetry.services(range),
        telemetry.metrics({ ...range, host, stepMs: chartStepMs(seconds) }),
        telemetry.graph({ ...range, view: "service" }),
        mesh.proxies(),
        telemetry.searchTraces({ ...tracesOf(service), seconds, limit: RECENT_TRACES }),
      ]);
      const proxyIds = new Map(proxies.map(({ id, name, namespace }) => [`${namespace}/${name}`, id]));
      return {
        ...toRow(
          listed,
          figures.find((each) => each.host === host),
        ),
        namedBy: naming.map((each) => formatRef(refOf(each))),
        metrics,
        ...peersOf(graph, host, explain),
        instanceList: service.instances.map((instance) => ({
          name: instance.name,
          workload: instance.workload,
          address: instance.address,
          port: instance.ports[0]?.inboundPort ?? 0,
          version: instance.labels.version ?? "unknown",
          health: instance.health,
          unhealthyReason: instance.unhealthyReason ?? "",
          serviceAccount: instance.serviceAccount,
          locality: instance.locality,
          proxyId: proxyIds.get(`${instance.namespace}/${instance.name}`) ?? null,
        })),
        written: writtenAt(host),
        resolution: service.resolution,
        waitingGroups: service.waiting.map(({ name, serviceAccount = null }) => ({ name, serviceAccount })),
        config: explain(host),
        localities: localitiesOf(host),
        traces,
      };
    },
    names: async () => catalogOf(state.snapshot()),
    policed: async (question) => policed(state.snapshot(), question),
  };
}

/** A host that no service declares, as far as there is anything to tell of one. */
function asNamed(host: string, [oldest]: readonly Resource<"VirtualService">[]): Listed | undefined {
  if (oldest === undefined) return undefined;
  const { namespace } = oldest.metadata;
  return {
    service: { host, namespace, name: host, ports: [], labels: {}, resolution: "static", instances: [], waiting: [] },
    mtls: "unknown",
  };
}

/** Who has no proxy of its own has no spans: its calls are those that callers made. */
function tracesOf({ name, host, instances }: DirectoryService): Pick<TraceQuery, "service" | "callee"> {
  return instances.length > 0 ? { service: name } : { callee: host };
}

function peersOf(
  graph: Graph,
  host: string,
  explain: CatalogServiceOptions["explain"],
): { callers: ServicePeer[]; callees: ServicePeer[] } {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const configOf = ({ target, health, responses, destinationServices }: GraphEdge) => {
    const called = nodes.get(target)?.service ?? destinationServices[0];
    const isTold = health.status !== "healthy" || responses.some(({ flags }) => flags !== "-");
    return called === undefined || !isTold ? [] : explain(called).filter(({ applies }) => applies);
  };
  const own = new Set(graph.nodes.filter((node) => node.service === host).map(({ id }) => id));
  const peer = (id: string, edge: GraphEdge): ServicePeer[] => {
    const node = nodes.get(id);
    if (node === undefined) return [];
    const { requestsPerSecond, errorPercent, p95Ms, mtlsPercent, health, deniedBy, responses, sourceAddresses } = edge;
    return [
      {
        name: node.name,
        namespace: node.namespace,
        host: node.service ?? null,
        config: configOf(edge),
        edge: {
          requestsPerSecond,
          errorPercent,
          p95Ms,
          mtlsPercent,
          health,
          deniedBy,
          responses,
          ...(sourceAddresses === undefined ? {} : { sourceAddresses }),
        },
      },
    ];
  };
  return {
    callers: graph.edges.flatMap((edge) => (own.has(edge.target) ? peer(edge.source, edge) : [])),
    callees: graph.edges.flatMap((edge) => (own.has(edge.source) ? peer(edge.target, edge) : [])),
  };
}
