import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";

/** Which instances, and which of their ports, traffic went to. Looked up once for all rows. */
export class CalledWorkloads {
  readonly #instances: ReadonlyMap<string, readonly WorkloadInstance[]>;
  /** `host:port` of a service → names of that port. */
  readonly #portNames = new Map<string, Set<string>>();

  constructor(instances: readonly WorkloadInstance[], resources: readonly AnyResource[]) {
    this.#instances = Map.groupBy(instances, ({ namespace, workload }) => `${namespace}/${workload}`);
    for (const { hosts, ports } of declareServices(resources)) {
      for (const host of hosts) {
        for (const { name, number } of ports) {
          const key = `${host}:${number}`;
          this.#portNames.set(key, (this.#portNames.get(key) ?? new Set()).add(name));
        }
      }
    }
  }

  instances({ called }: CountedTraffic): readonly WorkloadInstance[] {
    return this.#instances.get(called) ?? [];
  }

  /** The application's ports that it may have gone to; undefined where that cannot be told. */
  ports(traffic: CountedTraffic): readonly number[] | undefined {
    const { destinationService, destinationPort } = traffic.key;
    const names = this.#portNames.get(`${destinationService}:${destinationPort}`);
    const ports = this.instances(traffic).flatMap((instance) =>
      instance.ports
        // Where no service has it, the sidecar's own port is what was told.
        .filter(({ name, inboundPort }) => names?.has(name) ?? inboundPort === destinationPort)
        .map(({ appPort }) => appPort),
    );
    return ports.length === 0 ? undefined : [...new Set(ports)];
  }
}
