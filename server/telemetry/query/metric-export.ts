import type { Snapshot } from "#core/registry/snapshot.ts";
import {
  type ExportedMetrics,
  exportsAsCounted,
  type MetricRule,
  resolveMetrics,
  type SideRules,
} from "#core/resolve/exported-metrics.ts";
import { settingsOf } from "#core/resolve/mesh-settings.ts";
import type { Labels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { evaluateCel } from "#core/schema/cel/evaluate-cel.ts";
import { attributesOf } from "#core/telemetry/counted-attributes.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";

/** What Istio's proxies write for a label that an expression gives no value. */
const UNKNOWN = "unknown";

/**
 * How the configuration has a key's counts exported; undefined: as they are counted. The rules are those of the workload that reports. One whose last
 * instance is gone keeps the labels that it had.
 */
export class MetricExport {
  readonly #snapshot: () => Snapshot;
  readonly #labels = new Map<string, Labels>();
  #of: Snapshot | undefined;
  #areAsCounted = true;
  #known = new Map<string, ExportedMetrics>();

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
  }

  rulesFor(key: TrafficKey): SideRules | undefined {
    this.#read(this.#snapshot());
    if (this.#areAsCounted || this.#of === undefined) return undefined;
    const isCaller = key.reporter === "source";
    const [namespace, workload] = isCaller
      ? [key.sourceNamespace, key.sourceWorkload]
      : [key.destinationNamespace, key.destinationWorkload];
    const exported = this.#rulesOf(this.#of, namespace, workload);
    return isCaller ? exported.client : exported.server;
  }

  #read(snapshot: Snapshot): void {
    if (snapshot === this.#of) return;
    this.#of = snapshot;
    this.#known = new Map();
    const settings = settingsOf(snapshot.mesh, snapshot.resources);
    this.#areAsCounted = exportsAsCounted(ofKind(snapshot.resources, "Telemetry"), settings);
    for (const { namespace, workload, labels } of snapshot.instances)
      this.#labels.set(`${namespace}/${workload}`, labels);
  }

  #rulesOf({ mesh, resources }: Snapshot, namespace: string, workload: string): ExportedMetrics {
    const name = `${namespace}/${workload}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const labels = this.#labels.get(name) ?? {};
    const found = resolveMetrics(
      ofKind(resources, "Telemetry"),
      { namespace, labels },
      mesh.rootNamespace,
      settingsOf(mesh, resources),
    );
    this.#known.set(name, found);
    return found;
  }
}

/** A series' labels as a rule has them. */
export function retag(
  labels: Readonly<Record<string, string>>,
  tags: MetricRule["tags"],
  key: TrafficKey,
): Record<string, string> {
  const attributes = attributesOf(key);
  const changed = { ...labels };
  for (const [name, expression] of tags) {
    if (expression === undefined) delete changed[name];
    else changed[name] = String(evaluateCel(expression, attributes) ?? UNKNOWN);
  }
  return changed;
}
