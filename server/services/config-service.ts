import type { Diagnostic } from "#core/diagnostic.ts";
import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import { describeEffect } from "#core/form/describe-effect.ts";
import type { MeshSettings, SnapshotChange } from "#core/registry/snapshot.ts";
import { meetsRequirements, parseLabelSelector } from "#core/resource/label-selector.ts";
import { type AnyResource, refOf } from "#core/resource/resource.ts";
import type { ApplyResult, PreviewView, ResourceSummary } from "#core/view/config.ts";
import type { Distribution } from "#core/view/mesh.ts";
import type { Caller, Services } from "#server/api/services.ts";
import type { ConfigStore, Plan } from "#server/config/store.ts";
import type { StoredResource } from "#server/config/stored-resource.ts";
import { concernedTraffic, type MeasuredTraffic } from "#server/services/concerned-traffic.ts";
import type { Mesh, Telemetry } from "#server/services/dependencies.ts";
import { describeUnfollowed } from "#server/services/describe-unfollowed.ts";
import { hostsOf } from "#server/services/hosts-of.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Publisher } from "#server/services/publisher.ts";

export interface ConfigServiceOptions {
  readonly store: ConfigStore;
  readonly mesh: Mesh;
  readonly telemetry: Telemetry;
  readonly state: MeshState;
  /** Semantic checks over the whole configuration. */
  readonly check: (change?: SnapshotChange) => readonly Diagnostic[];
  /** What reached the compiler, and what it made of it. */
  readonly publisher: Pick<Publisher, "published" | "has" | "outcome" | "failures">;
  readonly audit: (line: {
    readonly caller: Caller;
    readonly action: string;
    readonly resource: string;
    readonly outcome: "allowed" | "failed";
    readonly reason: string;
  }) => void;
}

const PREVIEW_XDS_MAX = 500;
const TRAFFIC_WINDOW_MS = 60_000;
const WATCH_INTERVAL_MS = 250;

function summarize(
  stored: StoredResource,
  diagnostics: readonly Diagnostic[],
  { rootNamespace }: MeshSettings,
): ResourceSummary {
  const { ref, resource, resourceVersion, updatedAt, author } = stored;
  return {
    ref,
    kind: resource.kind,
    namespace: resource.metadata.namespace,
    name: resource.metadata.name,
    resourceVersion,
    updatedAt,
    author,
    hosts: hostsOf(resource),
    effect: describeEffect(resource, rootNamespace),
    diagnostics: diagnostics.filter((diagnostic) => diagnostic.resource === ref),
  };
}

/** edit → check → preview → apply → watch, over the store, the compiler and what was measured. */
export function createConfigService(options: ConfigServiceOptions): Services["config"] {
  const { store, mesh, telemetry, state, check, publisher } = options;

  const toChange = (plan: Plan): SnapshotChange => ({
    revision: state.revision + 1,
    upserts: plan.upserts,
    deletes: plan.deletes,
    instanceUpserts: [],
    instanceDeletes: [],
  });

  async function write(action: string, caller: Caller, run: () => Promise<ApplyResult>): Promise<ApplyResult> {
    try {
      const result = await run();
      const resource = result.changed
        .map(({ ref }) => ref)
        .join(", ")
        .slice(0, 2000);
      if (result.revision !== null) {
        options.audit({ caller, action, resource, outcome: "allowed", reason: `revision ${result.revision}` });
        const failures = await publisher.published(result.revision);
        return { ...result, diagnostics: [...result.diagnostics, ...failures] };
      } else if (hasErrors(result.diagnostics)) {
        options.audit({
          caller,
          action,
          resource: result.diagnostics[0]?.resource ?? "",
          outcome: "failed",
          reason: result.diagnostics.find(({ severity }) => severity === "error")?.message ?? "",
        });
      }
      return result;
    } catch (error) {
      options.audit({ caller, action, resource: "", outcome: "failed", reason: PharosError.from(error).message });
      throw error;
    }
  }

  async function distribution(revision: number): Promise<Distribution> {
    const failures = publisher.outcome(revision);
    const found = await mesh.distribution(revision);
    if (found !== undefined) return { ...found, ...(failures.length > 0 ? { failures } : {}) };
    const { at } = await store.revision(revision);
    const isCompiled = publisher.has(revision);
    return describeUnfollowed({ revision, writtenAt: at, failures, isCompiled }, await mesh.proxies());
  }

  return {
    async list({ labelSelector = "", ...filter }) {
      const requirements = parseLabelSelector(labelSelector);
      const diagnostics = check();
      const { mesh: settings } = state.snapshot();
      return (await store.list(filter))
        .filter(({ resource }) => meetsRequirements(resource.metadata.labels ?? {}, requirements))
        .map((stored) => summarize(stored, diagnostics, settings));
    },
    async get(ref) {
      const stored = await store.get(ref);
      return { ...summarize(stored, check(), state.snapshot().mesh), text: stored.text };
    },
    async check(changes) {
      const plan = await store.plan(changes);
      const broken = hasErrors(plan.diagnostics);
      const touched = new Set(plan.changed.map(({ ref }) => ref));
      const semantic = broken
        ? []
        : check(toChange(plan)).filter(({ resource }) => resource === undefined || touched.has(resource));
      return { ok: !broken, diagnostics: [...plan.diagnostics, ...semantic] };
    },
    async preview(changes): Promise<PreviewView> {
      const plan = await store.plan(changes);
      const { changed, unchanged } = plan;
      const planned = { changed, unchanged };
      if (hasErrors(plan.diagnostics))
        return { ...planned, diagnostics: plan.diagnostics, xds: [], proxies: [], requestsPerSecond: null };
      const change = toChange(plan);
      const touched = new Set(changed.map(({ ref }) => ref));
      const [compiled, proxies, measured] = await Promise.all([
        mesh.preview(change),
        mesh.proxies(),
        recentTraffic(telemetry),
      ]);
      const semantic = check(change).filter(({ resource }) => resource === undefined || touched.has(resource));
      const affected = new Set(compiled.changes.flatMap((each) => each.proxies));
      // As they will be, and as they are: what loses a resource is concerned as much as what gets one.
      const bearing = [...plan.upserts, ...touchedNow(plan, state)];
      return {
        ...planned,
        diagnostics: [...plan.diagnostics, ...compiled.diagnostics, ...semantic],
        xds: compiled.changes.slice(0, PREVIEW_XDS_MAX).map(({ type, name, op, proxies: holders, before, after }) => ({
          type,
          name,
          op,
          proxies: holders.length,
          ...(before === undefined ? {} : { before: JSON.stringify(before, null, 2) }),
          ...(after === undefined ? {} : { after: JSON.stringify(after, null, 2) }),
        })),
        proxies: proxies
          .filter(({ id }) => affected.has(id))
          .map(({ id, workload, namespace }) => ({
            id,
            workload,
            namespace,
            requestsPerSecond: measured.throughput.get(`${namespace}/${workload}`) ?? null,
          })),
        requestsPerSecond: concernedTraffic(bearing, state.snapshot(), measured.concerned),
      };
    },
    apply: (changes, reason, caller) =>
      write("config.apply", caller, () => store.apply({ changes, reason, author: caller.principal.name })),
    diagnostics: async () => check(),
    history: (filter) => store.history(filter),
    revision: (revision) => store.revision(revision),
    rollback: (revision, reason, caller) =>
      write("config.rollback", caller, () => store.rollback(revision, caller.principal.name, reason)),
    undo: (revision, reason, caller) =>
      write("config.undo", caller, () => store.undo(revision, caller.principal.name, reason)),
    distribution,
    async *watch(revision, signal) {
      let last = "";
      while (!signal.aborted) {
        const now = await distribution(revision);
        const text = JSON.stringify(now);
        if (text !== last) yield now;
        last = text;
        if (now.isComplete) return;
        await nextEvent(mesh, WATCH_INTERVAL_MS, signal);
      }
    },
  };
}

/** Settles at the next event of a proxy, after `timeoutMs`, or with the signal. */
function nextEvent(mesh: Mesh, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const stop = mesh.onEvent(done);
    const timer = setTimeout(done, timeoutMs);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** The resources of the plan as they stand now. */
function touchedNow(plan: Plan, state: MeshState): AnyResource[] {
  return [...plan.upserts.map(refOf), ...plan.deletes].flatMap(({ kind, namespace, name }) => {
    const resource = state.find(kind, namespace, name);
    return resource === undefined ? [] : [resource as AnyResource];
  });
}

interface RecentTraffic {
  readonly concerned: MeasuredTraffic;
  /** In and out, by `namespace/workload`. */
  readonly throughput: ReadonlyMap<string, number>;
}

async function recentTraffic(telemetry: Telemetry): Promise<RecentTraffic> {
  const endMs = Date.now();
  const range = { startMs: endMs - TRAFFIC_WINDOW_MS, endMs };
  const [services, graph] = await Promise.all([
    telemetry.services(range),
    telemetry.graph({ ...range, view: "workload" }),
  ]);
  const throughput = new Map<string, number>();
  const workloads = new Map<string, number>();
  for (const node of graph.nodes) {
    if (node.workload === undefined) continue;
    const key = `${node.namespace}/${node.workload}`;
    throughput.set(key, node.requestsPerSecondIn + node.requestsPerSecondOut);
    workloads.set(key, node.requestsPerSecondIn > 0 ? node.requestsPerSecondIn : node.requestsPerSecondOut);
  }
  const byHost = new Map(services.map(({ host, requestsPerSecond }) => [host, requestsPerSecond]));
  return { concerned: { services: byHost, workloads }, throughput };
}
