import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { PharosError } from "#core/errors.ts";
import { KIND_NAMES, type Kind } from "#core/kinds/kinds.ts";
import type { Metric } from "#node/prometheus-text.ts";
import { readRegistry } from "#server/own-metrics/read-registry.ts";

export interface OwnMetricsOptions {
  /** How many resources of a kind there are. */
  readonly count: (kind: Kind) => number;
  readonly countServices: () => number;
  /** End of the certificate authority's root, in seconds since 1970. */
  readonly rootEndsS: number;
  /** Of the xDS server, which runs in a thread of its own. */
  readonly mesh: () => Promise<readonly Metric[]>;
  /** Of parts that keep their own books. */
  readonly others: () => readonly Metric[];
}

/** How this server itself does: its process, what it holds, what it signed, and what it sent to proxies; by istiod's names where it has one. */
export class OwnMetrics {
  readonly #registry = new Registry();
  readonly #asked = new Counter({
    name: "citadel_server_csr_count",
    help: "Certificates that were asked for.",
    registers: [this.#registry],
  });
  readonly #issued = new Counter({
    name: "citadel_server_success_cert_issuance_count",
    help: "Certificates that were issued.",
    registers: [this.#registry],
  });
  readonly #refused = new Counter({
    name: "pharos_certificates_refused_total",
    help: "Certificates that were not issued, by the reason's code.",
    labelNames: ["code"],
    registers: [this.#registry],
  });
  #sources: Pick<OwnMetricsOptions, "mesh" | "others"> | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** What it reads, once it is there. */
  follow({ count, countServices, rootEndsS, ...sources }: OwnMetricsOptions): void {
    this.#sources = sources;
    const gauge = (name: string, help: string, read: () => number): void =>
      void new Gauge({
        ...{ name, help },
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    gauge("pilot_services", "Services that the mesh knows.", countServices);
    gauge("pilot_virt_services", "VirtualServices that there are.", () => count("VirtualService"));
    gauge("citadel_server_root_cert_expiry_timestamp", "When the root ends, in seconds since 1970.", () => rootEndsS);
    new Gauge({
      name: "pharos_resources",
      help: "Resources that are applied.",
      labelNames: ["kind"],
      registers: [this.#registry],
      collect() {
        for (const kind of KIND_NAMES) this.set({ kind }, count(kind));
      },
    });
  }

  /** The same call, counted. */
  countCertificates<Args extends readonly unknown[], Value>(
    issue: (...args: Args) => Promise<Value>,
  ): (...args: Args) => Promise<Value> {
    return async (...args) => {
      this.#asked.inc();
      try {
        const issued = await issue(...args);
        this.#issued.inc();
        return issued;
      } catch (error) {
        this.#refused.inc({ code: PharosError.from(error).code });
        throw error;
      }
    };
  }

  /** Without the xDS server's while its thread is being started again. */
  async read(): Promise<readonly Metric[]> {
    const mesh = this.#sources?.mesh().catch(() => []) ?? [];
    return [...(await readRegistry(this.#registry)), ...(await mesh), ...(this.#sources?.others() ?? [])];
  }
}
