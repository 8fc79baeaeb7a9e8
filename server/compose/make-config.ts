import type { MeshSettings } from "#core/registry/snapshot.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";
import type { Logger } from "#node/log.ts";
import { createEffectStore, type EffectStore } from "#server/config/effect-store.ts";
import { toSnapshotChange } from "#server/config/revision-feed.ts";
import { type ConfigStore, createConfigStore } from "#server/config/store.ts";
import type { Database } from "#server/db/open-database.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import type { Notify } from "#server/notify/notify.ts";
import { ProcessNotify } from "#server/notify/process-notify.ts";
import { createRegistryStore } from "#server/registry/store.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import { Publisher } from "#server/services/publisher.ts";

/** The configuration, the state of the mesh as it stands now, and how a change of either reaches the compiler. */
export interface Config {
  readonly store: ConfigStore;
  readonly effects: EffectStore;
  readonly state: MeshState;
  readonly publisher: Publisher;
  readonly registryStore: ReturnType<typeof createRegistryStore>;
  /** Tells what was written to the stores. */
  readonly notify: Notify;
  /** Of the state that this process began with. */
  readonly revision: number;
  /** Publishes every revision from here on; `stop` resolves when the last is handed on. */
  follow(): { stop(): Promise<void> };
}

/** `mesh` is asked for once there is something to compile. */
export async function makeConfig(
  db: Database,
  options: Pick<ServerOptions, "trustDomain" | "traceSampling" | "proxies">,
  mesh: () => MeshHandle,
  log: Logger,
): Promise<Config> {
  const notify = new ProcessNotify();
  const store = createConfigStore(db, notify);
  const effects = createEffectStore(db);
  const registryStore = createRegistryStore(db);
  const settings: MeshSettings = {
    trustDomain: options.trustDomain,
    domainSuffix: "cluster.local",
    rootNamespace: ROOT_NAMESPACE,
    traceSampling: options.traceSampling,
    proxies: options.proxies,
  };
  const { revision, resources } = await store.snapshotResources();
  const state = new MeshState({ revision, mesh: settings, resources, instances: await registryStore.list() });
  const publisher = new Publisher(state, mesh, (error) =>
    log.error("a change did not reach the compiler", { error: error.toString(), stack: error.stack }),
  );
  return {
    store,
    effects,
    state,
    publisher,
    registryStore,
    notify,
    revision,
    follow() {
      const stopping = new AbortController();
      const feed = (async () => {
        for await (const event of store.watch(revision, stopping.signal)) publisher.publish(toSnapshotChange(event));
      })();
      feed.catch((error: unknown) => log.error("the revision feed broke", { error: String(error) }));
      return {
        async stop() {
          stopping.abort();
          await feed.catch(() => undefined);
        },
      };
    },
  };
}
