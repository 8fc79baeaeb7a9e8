import { Checker } from "#core/check/check-config.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { isServersOwn } from "#core/resource/is-servers-own.ts";
import { type AnyResource, formatRef, type ResourceRef, refOf } from "#core/resource/resource.ts";
import type { ResourceChange } from "#core/traffic/concern.ts";
import { countTraffic } from "#core/traffic/counted-traffic.ts";
import { findConcerned } from "#core/traffic/find-concerned.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { PreviewedResource } from "#server/envoy/compare-held.ts";
import { Compiler } from "#server/envoy/create-compiler.ts";
import type { Hash } from "#server/envoy/encode.ts";
import { showResource } from "#server/mesh/show-resource.ts";
import { findDelta } from "#server/preview/find-delta.ts";
import type { FindingsDelta, MeasuredTraffic, Rehearsal } from "#server/preview/protocol.ts";
import { CheckCache } from "#server/services/check-cache.ts";
import { MeshState } from "#server/services/mesh-state.ts";

/** Resources shown of a preview. */
const XDS_SHOWN_MAX = 500;
/** Beyond this many changed resources a preview names them and leaves out what is in them. */
const SHOWN_IN_FULL_MAX = 300;

/** A copy of configuration, registry and proxies in which changes are tried; nobody is served from it. */
export class RehearsalRoom {
  readonly #hash: Hash;
  readonly #state: MeshState;
  /** What people wrote: findings are about that. */
  readonly #written: MeshState;
  readonly #checks: CheckCache;
  readonly #open = new Map<string, { readonly text: string; readonly node: ProxyNode }>();
  #compiler: Compiler | undefined;

  constructor(snapshot: Snapshot, hash: Hash) {
    this.#hash = hash;
    this.#state = new MeshState(snapshot);
    this.#written = new MeshState({
      ...snapshot,
      resources: snapshot.resources.filter((each) => !isServersOwn(refOf(each))),
    });
    this.#checks = new CheckCache(this.#written, new Checker());
  }

  /** The configuration or the registry moved on. */
  apply(change: SnapshotChange): void {
    this.#state.apply(change);
    this.#written.apply({
      ...change,
      upserts: change.upserts.filter((each) => !isServersOwn(refOf(each))),
    });
    for (const node of this.#compiler?.apply(change).reopen ?? []) this.#compiler?.move(node);
  }

  snapshot(): Snapshot {
    return this.#state.snapshot();
  }

  findings(change: SnapshotChange, standing: readonly string[] = []): FindingsDelta {
    const touched = new Set([...touchedBy(change), ...standing]);
    return findDelta(this.#checks.run(), this.#checks.run(change), touched);
  }

  rehearse(change: SnapshotChange, nodes: readonly ProxyNode[], measured: MeasuredTraffic): Rehearsal {
    const compiler = this.#follow(nodes);
    try {
      const refused = compiler.diagnostics();
      const { changes, diagnostics } = compiler.preview(change);
      const compiled = findDelta(refused, diagnostics, touchedBy(change));
      const checked = this.findings(change);
      const isFull = changes.length <= SHOWN_IN_FULL_MAX;
      const { revision, mesh, resources, instances } = this.#state.snapshot();
      return {
        revision,
        findings: [...compiled.findings, ...checked.findings],
        resolved: [...compiled.resolved, ...checked.resolved],
        xds: changes.slice(0, XDS_SHOWN_MAX).map((each) => describeChange(each, isFull)),
        changed: changes.map(({ layerId, type, before, after }) => ({
          layerId,
          type,
          name: (after ?? before)?.name ?? "",
        })),
        traffic: findConcerned({ changes: changesOf(change, this.#state), mesh, resources, instances, ...measured }),
        throughput: throughputOf(measured),
      };
    } catch (error) {
      // What a change that threw has left behind is not known.
      this.#forget();
      throw error;
    }
  }

  /** The compiler with exactly these nodes open. */
  #follow(nodes: readonly ProxyNode[]): Compiler {
    this.#compiler ??= new Compiler(this.#state.snapshot(), this.#hash);
    const wanted = new Map(nodes.map((node) => [node.id, { text: JSON.stringify(node), node }]));
    for (const [id, { text, node }] of this.#open) {
      if (wanted.get(id)?.text === text) continue;
      this.#compiler.close(node);
      this.#open.delete(id);
    }
    for (const [id, each] of wanted) {
      if (this.#open.has(id)) continue;
      this.#open.set(id, each);
      this.#compiler.open(each.node);
    }
    return this.#compiler;
  }

  #forget(): void {
    this.#compiler = undefined;
    this.#open.clear();
  }
}

function touchedBy(change: SnapshotChange): ReadonlySet<string> {
  return new Set([...change.upserts.map(refOf), ...change.deletes].map(formatRef));
}

/** The resources as they stand now and as they will: what loses one is concerned as much as what gets one. */
function changesOf({ upserts, deletes }: SnapshotChange, state: MeshState): ResourceChange[] {
  const now = ({ kind, namespace, name }: ResourceRef) => state.find(kind, namespace, name) as AnyResource | undefined;
  return [
    ...upserts.map((after) => ({ before: now(refOf(after)), after })),
    ...deletes.map((ref) => ({ before: now(ref), after: undefined })),
  ];
}

/** In and out, by `namespace/workload`. */
function throughputOf({ rows, seconds }: MeasuredTraffic): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const { caller, called, count } of countTraffic(rows)) {
    for (const workload of new Set([caller, called])) rates.set(workload, (rates.get(workload) ?? 0) + count / seconds);
  }
  return rates;
}

function describeChange({ type, before, after }: PreviewedResource, isFull: boolean): Rehearsal["xds"][number] {
  const text = (body: Uint8Array): string => JSON.stringify(showResource(type, body), null, 2);
  return {
    type,
    name: (after ?? before)?.name ?? "",
    op: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    ...(before === undefined || !isFull ? {} : { before: text(before.body) }),
    ...(after === undefined || !isFull ? {} : { after: text(after.body) }),
  };
}
