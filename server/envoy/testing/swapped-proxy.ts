import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvoyProcess } from "#testing/envoy-process.ts";

type Json = Record<string, unknown>;

const TIMEOUT_MS = 30_000;
const TYPES = {
  cds: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  lds: "type.googleapis.com/envoy.config.listener.v3.Listener",
} as const;

/** One real Envoy whose listeners and clusters are swapped for others while it runs, over files that it watches. */
export class SwappedProxy {
  readonly #dir: string;
  readonly #process: EnvoyProcess;
  #version = 0;

  constructor(envoy: string, dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
    this.#write("cds", []);
    this.#write("lds", []);
    const source = (type: keyof typeof TYPES) => ({
      path_config_source: { path: join(dir, `${type}.json`) },
      resource_api_version: "V3",
    });
    const bootstrap = {
      node: { id: "swapped", cluster: "swapped" },
      layered_runtime: { layers: [{ name: "tests", static_layer: { "re2.max_program_size.error_level": 32_768 } }] },
      dynamic_resources: { cds_config: source("cds"), lds_config: source("lds") },
    };
    const flags = ["--drain-time-s", "1", "--drain-strategy", "immediate"];
    this.#process = new EnvoyProcess({ envoy, dir, bootstrap, flags });
  }

  /** Resolves when it serves these alone. Throws with its log where it refuses them. */
  async swap(listeners: readonly Json[], clusters: readonly Json[]): Promise<void> {
    this.#version += 1;
    this.#write("cds", clusters);
    await this.#until("cluster_manager.cds");
    this.#write("lds", listeners);
    await this.#until("listener_manager.lds");
  }

  #write(type: keyof typeof TYPES, resources: readonly Json[]): void {
    const file = join(this.#dir, `${type}.json`);
    const text = JSON.stringify({
      version_info: String(this.#version),
      resources: resources.map((resource) => ({ "@type": TYPES[type], ...resource })),
    });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }

  async #until(api: string): Promise<void> {
    const end = Date.now() + TIMEOUT_MS;
    const refused = new RegExp(`${api.replaceAll(".", "\\.")}\\.update_rejected: [1-9]`);
    for (;;) {
      const stats = await this.#stats().catch(() => "");
      if (refused.test(stats)) throw new Error(`envoy refuses it: ${this.#process.log.slice(-3000)}`);
      if (stats.includes(`${api}.version_text: "${this.#version}"`) && /total_listeners_warming: 0/.test(stats)) return;
      if (this.#process.hasEnded || Date.now() > end)
        throw new Error(`envoy does not come to it: ${this.#process.log.slice(-3000)}\n${stats}`);
      await new Promise((done) => setTimeout(done, 2));
    }
  }

  async #stats(): Promise<string> {
    const filter = "(cds|lds)\\.(version_text|update_rejected)|total_listeners_warming";
    return (await this.#process.get(`/stats?filter=${filter}`)).body;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
