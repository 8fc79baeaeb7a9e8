import { isDeepStrictEqual } from "node:util";
import { isOfRoutes } from "#core/kinds/policy-target.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Service } from "#core/model/service.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { type ResolvedLogs, resolveAccessLogs } from "#core/resolve/access-logs.ts";
import {
  choosingFilters,
  type Patch,
  type PatchedProxy,
  resolvePatches,
  sharedPatches,
} from "#core/resolve/envoy-patches.ts";
import { resolveWrittenTags, type WrittenTags } from "#core/resolve/exported-metrics.ts";
import { type Extension, resolveExtensions } from "#core/resolve/extensions.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { inlineOf, type LimitKind } from "#core/resolve/inline-limits.ts";
import { type EffectiveMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type ObjectiveTerms, readObjective } from "#core/resolve/objectives.ts";
import { type ProxyTags, resolveOperations } from "#core/resolve/operations.ts";
import { isForRoutes, type Policy, resolvePolicies } from "#core/resolve/policies.ts";
import { type ForWorkloads, findRoutes, findTargeted, type PolicyScope } from "#core/resolve/policy-scope.ts";
import {
  type EgressPort,
  egressPortsOf,
  inboundOf,
  resolveSidecar,
  type SidecarInbound,
} from "#core/resolve/sidecar.ts";
import { type ResolvedTracing, resolveTracing } from "#core/resolve/tracing.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import { declareServices, SERVICE_KINDS } from "#core/sources/declare-service.ts";
import { labelText } from "#server/compile/label-text.ts";

/** What holds for a workload, by its namespace and labels. It follows from which resources there are, and is kept while they say the same of it. */
export abstract class WorkloadAnswers {
  abstract readonly mesh: MeshSettings;
  abstract settings(): ProxySettings;
  abstract all<K extends AnyResource["kind"]>(kind: K): readonly Resource<K>[];
  abstract ofNamespace<K extends AnyResource["kind"]>(kind: K, namespace: string): readonly Resource<K>[];
  abstract servicesSelecting(namespace: string, labels: Labels): readonly Service[];
  abstract derive<T>(key: string, answer: () => T, isSame?: (a: T, b: T) => boolean): T;
  abstract deriveList<T>(key: string, answer: () => readonly T[]): readonly T[];

  /** What a workload's port takes. */
  mtlsMode(namespace: string, labels: Labels, appPort: number): EffectiveMtlsMode {
    return this.derive(`mTLS mode of ${namespace} ${appPort} ${labelText(labels)}`, () => {
      const policies = this.ofNamespace("PeerAuthentication", namespace);
      return resolveMtlsMode(policies, this.mesh.rootNamespace, { namespace, labels, port: appPort }).mode;
    });
  }

  /** Whom policies mean that name targets. */
  get policyScope(): PolicyScope {
    const { rootNamespace } = this.mesh;
    return { rootNamespace, targeted: this.#targeted, routed: this.#routed };
  }

  readonly #targeted: PolicyScope["targeted"] = (namespace, target) =>
    this.derive(
      `${target.kind} ${namespace}/${target.name} as a target`,
      () => {
        const declarations = declareServices(SERVICE_KINDS.flatMap((kind) => this.ofNamespace(kind, namespace)));
        const world = {
          declarations,
          // Those that route by a VirtualService are of any namespace.
          gateways: isOfRoutes(target) ? this.all("Gateway") : this.ofNamespace("Gateway", namespace),
          groups: this.ofNamespace("WorkloadGroup", namespace),
          virtualServices: this.ofNamespace("VirtualService", namespace),
        };
        return findTargeted(target, namespace, world, this.mesh.domainSuffix);
      },
      isDeepStrictEqual,
    );

  readonly #routed: PolicyScope["routed"] = (namespace, target) =>
    this.derive(
      `routes of ${target.name} ${target.sectionName ?? ""} in ${namespace} as a target`,
      () => findRoutes(target, namespace, this.ofNamespace("VirtualService", namespace)),
      isDeepStrictEqual,
    );

  readonly policiesOver = (namespace: string, labels: Labels) => this.#over("AuthorizationPolicy", namespace, labels);
  readonly requestAuthenticationsOver = (namespace: string, labels: Labels) =>
    this.#over("RequestAuthentication", namespace, labels);

  readonly rateLimitsOver = (namespace: string, labels: Labels) => this.#limitsOver("RateLimit", namespace, labels);
  readonly quotasOver = (namespace: string, labels: Labels) => this.#limitsOver("Quota", namespace, labels);

  /** Of a namespace and of the root, the oldest first. */
  plansFor(namespace: string): readonly Resource<"Plan">[] {
    return this.ofNamespace("Plan", namespace);
  }

  /** Those that stand over a workload: of its namespace and of the root, as far as their selectors reach. */
  #over<K extends Policy["kind"]>(kind: K, namespace: string, labels: Labels): readonly Resource<K>[] {
    return this.deriveList(`${kind} over ${namespace} ${labelText(labels)}`, () => {
      const own = this.ofNamespace(kind, namespace) as readonly (Policy & Resource<K>)[];
      return resolvePolicies(own, { namespace, labels }, this.policyScope);
    });
  }

  /** Besides those that are written in plans, and those of every namespace that are for requests by routes. */
  #limitsOver<K extends LimitKind>(kind: K, namespace: string, labels: Labels): readonly Resource<K>[] {
    return this.deriveList(`${kind} over ${namespace} ${labelText(labels)}`, () => {
      const own = [...this.ofNamespace(kind, namespace), ...inlineOf(kind, this.ofNamespace("Plan", namespace))];
      const routing = this.#ofRoutes(kind).filter((each) => !own.includes(each));
      const all = [...own, ...routing] as readonly (Policy & Resource<K>)[];
      return resolvePolicies(all, { namespace, labels }, this.policyScope);
    });
  }

  #ofRoutes<K extends LimitKind>(kind: K): readonly Resource<K>[] {
    return this.deriveList(`${kind} of routes`, () =>
      [...this.all(kind), ...inlineOf(kind, this.all("Plan"))].filter((each) => isForRoutes(each as ForWorkloads)),
    );
  }

  /** What Telemetries say of a workload's traces. */
  tracingFor(namespace: string, labels: Labels): ResolvedTracing {
    return this.derive(
      `tracing of ${namespace} ${labelText(labels)}`,
      () => {
        const telemetries = this.ofNamespace("Telemetry", namespace);
        return resolveTracing(telemetries, { namespace, labels }, this.policyScope, this.settings());
      },
      isDeepStrictEqual,
    );
  }

  /** Who gets a line of each of its requests, beside Pharos. */
  accessLogsFor(namespace: string, labels: Labels): ResolvedLogs {
    return this.derive(
      `access logs of ${namespace} ${labelText(labels)}`,
      () => {
        const telemetries = this.ofNamespace("Telemetry", namespace);
        return resolveAccessLogs(telemetries, { namespace, labels }, this.policyScope, this.settings());
      },
      isDeepStrictEqual,
    );
  }

  /** What its proxy writes of each request for labels of metrics. */
  writtenTagsFor(namespace: string, labels: Labels): WrittenTags {
    return this.derive(
      `written tags of ${namespace} ${labelText(labels)}`,
      () => {
        const telemetries = this.ofNamespace("Telemetry", namespace);
        return resolveWrittenTags(telemetries, { namespace, labels }, this.policyScope, this.settings());
      },
      isDeepStrictEqual,
    );
  }

  /** By which operations of objectives it tells its requests apart. */
  operationsFor(namespace: string, labels: Labels, workload: string): ProxyTags {
    return this.derive(
      `operations of ${namespace}/${workload} ${labelText(labels)}`,
      () => {
        const objectives = this.#objectivesOfOperations();
        // Who asks for nothing depends on no service.
        const hosts = objectives.length === 0 ? [] : this.servicesSelecting(namespace, labels).map(({ host }) => host);
        return resolveOperations(objectives, { namespace, workload, hosts });
      },
      isDeepStrictEqual,
    );
  }

  /** The oldest first. */
  #objectivesOfOperations(): readonly ObjectiveTerms[] {
    return this.derive(
      "objectives of operations",
      () =>
        this.all("Objective")
          .map((each) => readObjective(each, this.mesh))
          .filter(({ operation }) => operation !== undefined),
      isDeepStrictEqual,
    );
  }

  /** The Sidecar that speaks for a workload. */
  sidecarFor(namespace: string, labels: Labels): Resource<"Sidecar"> | undefined {
    return this.derive(`sidecar of ${namespace} ${labelText(labels)}`, () =>
      resolveSidecar(this.ofNamespace("Sidecar", namespace), { namespace, labels }, this.mesh.rootNamespace),
    );
  }

  /** The ports that a workload's Sidecar has its callers come to. */
  egressPorts(namespace: string, labels: Labels): readonly EgressPort[] {
    return this.derive(
      `egress ports of ${namespace} ${labelText(labels)}`,
      () => egressPortsOf(this.sidecarFor(namespace, labels)),
      isDeepStrictEqual,
    );
  }

  /** What that one says of what comes to it. */
  sidecarInbound(namespace: string, labels: Labels): SidecarInbound | undefined {
    return this.derive(
      `inbound of the sidecar of ${namespace} ${labelText(labels)}`,
      () => inboundOf(this.sidecarFor(namespace, labels)),
      isDeepStrictEqual,
    );
  }

  patchesFor(proxy: PatchedProxy): readonly Patch[] {
    return this.deriveList(`patches of ${proxyText(proxy)}`, () =>
      resolvePatches(this.#envoyFilters(proxy.namespace), proxy, this.mesh.rootNamespace),
    );
  }

  extensionsFor(namespace: string, labels: Labels): readonly Extension[] {
    return this.deriveList(`extensions of ${namespace} ${labelText(labels)}`, () =>
      resolveExtensions(
        [...this.ofNamespace("WasmPlugin", namespace), ...this.ofNamespace("TrafficExtension", namespace)],
        { namespace, labels },
        this.policyScope,
      ),
    );
  }

  choosingFilters(proxy: PatchedProxy): readonly string[] {
    return this.deriveList(`filters choosing ${proxyText(proxy)}`, () =>
      choosingFilters(this.#envoyFilters(proxy.namespace), proxy, this.mesh.rootNamespace),
    );
  }

  sharedPatches(namespace: string, chosenBy: readonly string[]): readonly Patch[] {
    return this.deriveList(`patches shared by ${namespace} ${chosenBy.join(" ")}`, () =>
      sharedPatches(this.#envoyFilters(namespace), { namespace, chosenBy }, this.mesh.rootNamespace),
    );
  }

  #envoyFilters(namespace: string): readonly Resource<"EnvoyFilter">[] {
    return this.ofNamespace("EnvoyFilter", namespace);
  }

  /** The Gateways that a workload serves, the oldest first. */
  gatewaysFor(labels: Labels): readonly Resource<"Gateway">[] {
    return this.deriveList(`gateways of ${labelText(labels)}`, () =>
      this.all("Gateway").filter((gateway) => matchesLabels(labels, gatewaySelector(gateway))),
    );
  }
}

/** A proxy as it is told from those whose patches are others. */
function proxyText({ namespace, labels, metadata }: PatchedProxy): string {
  return `${namespace} ${labelText(labels)} ${JSON.stringify(metadata)}`;
}
