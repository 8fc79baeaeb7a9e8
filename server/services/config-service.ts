import { findLeaving } from "#core/check/find-leaving.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import { describeEffect } from "#core/kinds/describe-effect.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { explainReach } from "#core/resolve/explain-reach.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { describeLeftOut } from "#core/resource/describe-left-out.ts";
import { meetsRequirements, parseLabelSelector } from "#core/resource/label-selector.ts";
import { placeDiagnostics } from "#core/resource/place-diagnostics.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { tellOnce } from "#core/resource/tell-once.ts";
import type { ApplyResult, KeyView, PreviewView, ResourceSummary } from "#core/view/config.ts";
import type { Distribution } from "#core/view/mesh.ts";
import { changeOfPlan } from "#server/config/change-of-plan.ts";
import { lengthOf, type PlannedChanges, planChanges } from "#server/config/plan-changes.ts";
import type { ConfigStore } from "#server/config/store.ts";
import type { StoredResource } from "#server/config/stored-resource.ts";
import { findDelta } from "#server/preview/find-delta.ts";
import type { PreviewThread } from "#server/preview/preview-thread.ts";
import type { MeasuredTraffic } from "#server/preview/protocol.ts";
import type { CheckCache } from "#server/services/check-cache.ts";
import { currentRefusals } from "#server/services/current-refusals.ts";
import type { Mesh, Telemetry } from "#server/services/dependencies.ts";
import { describeOvertaken } from "#server/services/describe-overtaken.ts";
import { describeUnfollowed } from "#server/services/describe-unfollowed.ts";
import { explainOnce } from "#server/services/explain-once.ts";
import { hostsOf } from "#server/services/hosts-of.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Publisher } from "#server/services/publisher.ts";
import { reachedButForOlder } from "#server/services/reached-but-for-older.ts";
import type { Asker, Caller, Services } from "#server/services/services.ts";
import { tellRolloutFiles } from "#server/services/tell-rollout-files.ts";

export interface ConfigServiceOptions {
  readonly store: ConfigStore;
  readonly mesh: Mesh;
  readonly telemetry: Telemetry;
  readonly state: MeshState;
  /** Reads and tries changes apart from this thread. */
  readonly previews: Pick<PreviewThread, "read" | "place" | "findings" | "rehearse" | "simulate" | "locate">;
  /** Reads what is applied, in a thread of its own: it waits for no preview. */
  readonly applies: Pick<PreviewThread, "read" | "place">;
  /** Semantic checks over the whole configuration. */
  readonly checks: Pick<CheckCache, "run" | "of">;
  /** What reached the compiler, and what it made of it. */
  readonly publisher: Pick<Publisher, "published" | "has" | "outcome" | "findings" | "world">;
  /** Fetched for RequestAuthentications: what is wrong with them, and of which age those at a place are. */
  readonly keys: {
    readonly findings: () => readonly Diagnostic[];
    readonly at: (location: string) => Omit<KeyView, "location"> | undefined;
  };
  /** What agents say is wrong with files of their hosts, told of the objects that name them. */
  readonly files: {
    readonly findings: () => readonly Diagnostic[];
    /** Of those that are known before they are applied: of credentials that they name. */
    readonly ofUnsaved?: (upserts: readonly AnyResource[]) => readonly Diagnostic[];
  };
  readonly audit: (line: {
    readonly caller: Caller;
    readonly action: string;
    readonly resource: string;
    readonly outcome: "allowed" | "failed";
    readonly reason: string;
  }) => void;
}

/**
 * Beyond these, in characters and resources, documents are read and held against each other in the preview's thread, where
 * they are in nobody's way and each user has so many at a time.
 */
const READ_HERE_MAX = 8192;
const CHECK_HERE_MAX = 500;
const TRAFFIC_WINDOW_MS = 60_000;
/** Requests that rules are held against. */
const SAMPLES_MAX = 5000;
/** Services that a resource is told to bear on. */
const REACHED_MAX = 100;
const WATCH_INTERVAL_MS = 250;
const NEVER_ASKED = { fetchedAt: null, error: null, nextAt: null, keys: [] } as const;

function summarize(
  stored: StoredResource,
  diagnostics: ReadonlyMap<string | undefined, readonly Diagnostic[]>,
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
    diagnostics: diagnostics.get(ref) ?? [],
  };
}

/** edit → check → preview → apply → watch, over the store, the compiler and what was measured. */
export function createConfigService(options: ConfigServiceOptions): Services["config"] {
  const { store, mesh, telemetry, state, checks, publisher, previews, applies, keys, files } = options;
  /** With what the compiler could not translate of it, and what became of it elsewhere. */
  const diagnose = () => [...checks.run(), ...publisher.findings, ...keys.findings(), ...files.findings()];
  const refused = currentRefusals(mesh);
  const reach = explainOnce(state, (ref) => explainReach(state.snapshot(), ref));
  /** With what proxies refuse of it: a write is not told that, as they have yet to answer; its roll-out is. */
  const diagnoseLive = async () => [...(await refused()), ...diagnose()];

  async function write(
    action: string,
    caller: Caller,
    run: () => Promise<ApplyResult>,
    place: (findings: readonly Diagnostic[]) => Promise<readonly Diagnostic[]> = async (findings) => findings,
  ): Promise<ApplyResult> {
    try {
      const was = state.snapshot();
      const failed = [...publisher.findings, ...keys.findings(), ...files.findings()];
      const result = await run();
      const resource = result.changed
        .map(({ ref }) => ref)
        .join(", ")
        .slice(0, 2000);
      if (result.revision !== null) {
        // The line is written to the disk in this thread: proxies do not wait for that.
        const failures = await publisher
          .published(result.revision)
          .finally(() =>
            options.audit({ caller, action, resource, outcome: "allowed", reason: `revision ${result.revision}` }),
          );
        const touched = new Set(result.changed.map(({ ref }) => ref));
        // Only now: proxies wait for no checks, and what changed nothing needs none.
        const { findings, resolved } = findDelta([...checks.of(was), ...failed], diagnose(), touched);
        // The compiler's own are told as what this revision brought, not as what is new since another. And the registry may
        // have let go of some instances by now.
        const others = findings.filter(({ code }) => code !== "not-translated" && code !== "instances-without-group");
        const takesAway = result.changed.some(({ op }) => op !== "created");
        const leaving = takesAway ? findLeaving(was, state.snapshot()) : [];
        // It is written: what cannot be placed is told without a place.
        const placed = await place([...leaving, ...others]).catch(() => [...leaving, ...others]);
        return { ...result, diagnostics: tellOnce([...result.diagnostics, ...failures], placed), resolved };
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

  async function read(
    changes: readonly ConfigChange[],
    asker: Asker,
    reader: Pick<PreviewThread, "read"> = previews,
  ): Promise<PlannedChanges> {
    return lengthOf(changes) > READ_HERE_MAX ? reader.read(changes, asker, "preview") : planChanges(changes);
  }

  async function place(
    findings: readonly Diagnostic[],
    changes: readonly ConfigChange[],
    asker: Asker,
    reader: Pick<PreviewThread, "place"> = previews,
  ): Promise<readonly Diagnostic[]> {
    return lengthOf(changes) > READ_HERE_MAX
      ? reader.place(findings, changes, asker)
      : placeDiagnostics(findings, changes);
  }

  async function distribution(revision: number): Promise<Distribution> {
    const failures = publisher.outcome(revision);
    const found = await mesh.distribution(revision);
    if (found !== undefined)
      return withFiles({
        ...(await reachedButForOlder(found, changedBy)),
        ...(failures.length > 0 ? { failures } : {}),
      });
    const { at } = await store.revision(revision);
    const isCompiled = publisher.has(revision);
    return withFiles(describeUnfollowed({ revision, writtenAt: at, failures, isCompiled }, await mesh.proxies()));
  }

  const changedBy = async (revision: number): Promise<readonly string[]> =>
    (await store.revision(revision)).changed.map(({ ref }) => ref);

  const withFiles = (rollout: Distribution): Promise<Distribution> =>
    tellRolloutFiles(rollout, {
      findings: files.findings(),
      resources: () => state.snapshot().resources,
      changedBy,
      nowMs: Date.now(),
    });

  return {
    async list({ labelSelector = "", ...filter }) {
      const requirements = parseLabelSelector(labelSelector);
      const diagnostics = byResource(await diagnoseLive());
      const { mesh: settings } = state.snapshot();
      return (await store.list(filter))
        .filter(({ resource }) => meetsRequirements(resource.metadata.labels ?? {}, requirements))
        .map((stored) => summarize(stored, diagnostics, settings));
    },
    async get(ref) {
      const stored = await store.get(ref);
      const { keyLocations }: KindDefinition = KINDS[stored.resource.kind];
      const locations = keyLocations?.(stored.resource.spec) ?? [];
      return {
        ...summarize(stored, byResource(await diagnoseLive()), state.snapshot().mesh),
        text: stored.text,
        ...(locations.length === 0
          ? {}
          : { keys: locations.map((location) => ({ location, ...(keys.at(location) ?? NEVER_ASKED) })) }),
      };
    },
    async check(changes, asker) {
      const plan = await store.plan(await read(changes, asker));
      const ok = !hasErrors(plan.diagnostics);
      // What is refused keeps nobody from being told of the rest.
      const hasRest = plan.changed.length + plan.unchanged.length > 0;
      if (!ok && !hasRest) return { ok, diagnostics: plan.diagnostics, resolved: [] };
      const change = changeOfPlan(plan, state.revision + 1);
      const isSmall =
        lengthOf(changes) <= READ_HERE_MAX &&
        state.snapshot().resources.length + change.upserts.length <= CHECK_HERE_MAX;
      const { findings, resolved } = isSmall
        ? findDelta(
            checks.run(),
            checks.run(change),
            new Set([...plan.changed.map(({ ref }) => ref), ...plan.unchanged]),
          )
        : await previews.findings(change, asker, plan.unchanged);
      const unsaved = files.ofUnsaved?.(change.upserts) ?? [];
      const placed = await place([...findings, ...unsaved], changes, asker);
      const told = tellOnce(plan.diagnostics, placed);
      return { ok, diagnostics: [...told, ...describeLeftOut(plan.diagnostics, hasRest)], resolved };
    },
    async preview(changes, asker): Promise<PreviewView> {
      const plan = await store.plan(await read(changes, asker));
      const { changed, unchanged, diagnostics } = plan;
      const planned = { changed, unchanged };
      if (hasErrors(diagnostics))
        return {
          ...planned,
          ok: false,
          diagnostics,
          resolved: [],
          xds: [],
          xdsCount: 0,
          proxies: [],
          traffic: null,
        };
      const change = changeOfPlan(plan, state.revision + 1);
      const rehearsal = await previews.rehearse(change, asker, () => recentTraffic(telemetry));
      const [takers, proxies] = await Promise.all([mesh.takers(rehearsal.changed), mesh.proxies()]);
      const unsaved = files.ofUnsaved?.(change.upserts) ?? [];
      const placed = await place([...rehearsal.findings, ...unsaved], changes, asker);
      const { throughput, traffic } = rehearsal;
      const affected = new Set(takers.ids);
      return {
        ...planned,
        ok: true,
        diagnostics: [...tellOnce(diagnostics, placed), ...describeOvertaken(rehearsal.revision, state.revision)],
        resolved: rehearsal.resolved,
        xds: rehearsal.xds.map((each, index) => ({ ...each, proxies: takers.counts[index] ?? 0 })),
        xdsCount: rehearsal.changed.length,
        proxies: proxies
          .filter(({ id }) => affected.has(id))
          .map(({ id, workload, namespace }) => ({
            id,
            workload,
            namespace,
            requestsPerSecond: throughput.get(`${namespace}/${workload}`) ?? null,
          })),
        traffic,
      };
    },
    apply: (changes, reason, caller, signal) => {
      const asker = { user: caller.principal.name, signal };
      return write(
        "config.apply",
        caller,
        async () =>
          store.apply({ changes: await read(changes, asker, applies), signal, reason, author: caller.principal.name }),
        (findings) => place(findings, changes, asker, applies),
      );
    },
    diagnostics: diagnoseLive,
    history: (filter) => store.history(filter),
    revision: (revision) => store.revision(revision),
    rollback: (revision, reason, caller) =>
      write("config.rollback", caller, () => store.rollback(revision, caller.principal.name, reason)),
    restoreChanges: (revision, way) => store.restoreChanges(revision, way),
    undo: (revision, reason, caller) =>
      write("config.undo", caller, () => store.undo(revision, caller.principal.name, reason)),
    distribution,
    async reach(ref) {
      const { services, unasked } = reach(ref);
      return { services: services.slice(0, REACHED_MAX), count: services.length, unasked };
    },
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

function byResource(diagnostics: readonly Diagnostic[]): ReadonlyMap<string | undefined, readonly Diagnostic[]> {
  return Map.groupBy(diagnostics, ({ resource }) => resource);
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

async function recentTraffic(telemetry: Telemetry): Promise<MeasuredTraffic> {
  const endMs = Date.now();
  const [measured, samples] = await Promise.all([
    telemetry.rows({ startMs: endMs - TRAFFIC_WINDOW_MS, endMs }),
    telemetry.requests({ seconds: TRAFFIC_WINDOW_MS / 1000, limit: SAMPLES_MAX }),
  ]);
  return { ...measured, samples };
}
