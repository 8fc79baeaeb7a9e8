import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { ProxyView } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { inSlices } from "#server/compile/in-slices.ts";
import type { Compiler } from "#server/envoy/create-compiler.ts";
import type { MeshCalls } from "#server/mesh/protocol.ts";
import { showResource } from "#server/mesh/show-resource.ts";
import type { AdsServer } from "#server/xds/ads-server.ts";

/** What the main thread may ask of compiler and xDS server. */
export function createMeshCalls(
  compiler: Compiler,
  ads: AdsServer,
): Omit<MeshCalls, "setTls" | "setRevoked" | "setCredentials" | "setTaps" | "close"> {
  let last: Promise<unknown> = Promise.resolve();
  let diagnosed: Promise<unknown> = Promise.resolve();

  /** Proxies are served between two units of a large change; what they are served is as it was before, until all of it is compiled. */
  async function apply(change: SnapshotChange) {
    const beganMs = performance.now();
    const { changes, reopen } = await inSlices(compiler.steps(change));
    const isConfiguration = change.upserts.length + change.deletes.length > 0;
    const revision = isConfiguration ? change.revision : undefined;
    await inSlices(ads.distributing(changes, revision, reopen));
    ads.metrics.pushed(isConfiguration ? "config" : "endpoint", performance.now() - beganMs);
    return compiler.diagnosing();
  }

  /** Why something could not be translated is looked for once proxies have the rest, and the next change does not wait for it. */
  async function diagnose(steps: ReturnType<Compiler["diagnosing"]>) {
    return { diagnostics: await inSlices(steps) };
  }

  return {
    apply(change) {
      const applied = last.then(() => apply(change));
      last = applied.catch(() => undefined);
      return applied.then((steps) => {
        const found = diagnosed.then(() => diagnose(steps));
        diagnosed = found.catch(() => undefined);
        return found;
      });
    },
    nodes: () => compiler.nodes(),
    takers: (changed) => ads.takers(changed),
    fleet: (expiringBeforeMs) => ads.fleet(expiringBeforeMs),
    proxies: () => ads.proxies(),
    refusals: () => ads.refusals(),
    proxy: (id) => ads.proxy(id),
    proxyConfig: (id, type) => describeView(ads.view(id), type),
    distribution: (revision) => ads.distribution(revision),
    metrics: () => ads.metrics.read(),
    memory() {
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rssBytes: rss, heapBytes: heapUsed, externalBytes: external };
    },
  };
}

/** What a proxy is to hold of one type, with where each resource comes from; undefined while it is away. */
function describeView(view: ProxyView | undefined, type: XdsType): unknown {
  return view?.layers.flatMap(({ id, resources }) =>
    Array.from(resources.get(type)?.values() ?? [], ({ name, version, origins, body }) => ({
      name,
      version,
      layer: id,
      origins,
      resource: showResource(type, body),
    })),
  );
}
