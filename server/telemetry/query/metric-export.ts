import { isDeepStrictEqual } from "node:util";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import {
  type ExportedMetrics,
  exportsAsCounted,
  type MetricRule,
  resolveMetrics,
  type SideRules,
} from "#core/resolve/exported-metrics.ts";
import { settingsOf } from "#core/resolve/mesh-settings.ts";
import { type PolicyScope, policyScope } from "#core/resolve/policy-scope.ts";
import type { Labels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import { evaluateCel } from "#core/schema/cel/evaluate-cel.ts";
import { attributesOf } from "#core/telemetry/counted-attributes.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { parseTags } from "#core/telemetry/written-tags.ts";

/** What Istio's proxies write for a label that an expression gives no value. */
const UNKNOWN = "unknown";

/** What the configuration has exported otherwise than it is counted. */
interface Said {
  readonly telemetries: readonly Resource<"Telemetry">[];
  readonly settings: ProxySettings;
  readonly scope: PolicyScope;
}

/**
 * How the configuration has a key's counts exported; undefined: as they are counted. The rules are those of the workload that reports. One whose last
 * instance is gone keeps the labels that it had.
 */
export class MetricExport {
  readonly #snapshot: () => Snapshot;
  readonly #labels = new Map<string, Labels>();
  #of: Snapshot | undefined;
  #said: Said | undefined;
  readonly #known = new Map<string, ExportedMetrics>();

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
  }

  rulesFor(key: TrafficKey): SideRules | undefined {
    this.#read(this.#snapshot());
    if (this.#said === undefined) return undefined;
    const isCaller = key.reporter === "source";
    const [namespace, workload] = isCaller
      ? [key.sourceNamespace, key.sourceWorkload]
      : [key.destinationNamespace, key.destinationWorkload];
    const exported = this.#rulesOf(this.#said, namespace, workload);
    return isCaller ? exported.client : exported.server;
  }

  #read(snapshot: Snapshot): void {
    const before = this.#of;
    if (snapshot === before) return;
    this.#of = snapshot;
    const { mesh, resources, instances } = snapshot;
    // Instances come and go more often than what is said of them.
    if (resources !== before?.resources || mesh !== before.mesh) {
      this.#known.clear();
      const [telemetries, settings] = [ofKind(resources, "Telemetry"), settingsOf(mesh, resources)];
      this.#said = exportsAsCounted(telemetries, settings)
        ? undefined
        : { telemetries, settings, scope: policyScope(mesh, resources) };
    }
    for (const { namespace, workload, labels } of instances) {
      const name = `${namespace}/${workload}`;
      const known = this.#labels.get(name);
      if (known === labels) continue;
      this.#labels.set(name, labels);
      if (!isDeepStrictEqual(known, labels)) this.#known.delete(name);
    }
  }

  #rulesOf({ telemetries, settings, scope }: Said, namespace: string, workload: string): ExportedMetrics {
    const name = `${namespace}/${workload}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const labels = this.#labels.get(name) ?? {};
    const found = resolveMetrics(telemetries, { namespace, labels }, scope, settings);
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
  const written = parseTags(key.tags);
  const changed = { ...labels };
  for (const [name, tag] of tags) {
    if (tag === undefined) delete changed[name];
    else if ("counted" in tag) changed[name] = String(evaluateCel(tag.counted, attributes) ?? UNKNOWN);
    else changed[name] = written.get(tag.written) ?? UNKNOWN;
  }
  return changed;
}
