import { alertReceiver } from "#core/kinds/alert-receiver/kind.ts";
import { alertRule } from "#core/kinds/alert-rule/kind.ts";
import { authorizationPolicy } from "#core/kinds/authorization-policy/kind.ts";
import { destinationRule } from "#core/kinds/destination-rule/kind.ts";
import { documentOf } from "#core/kinds/document.ts";
import { envoyFilter } from "#core/kinds/envoy-filter/kind.ts";
import { gateway } from "#core/kinds/gateway/kind.ts";
import { healthPolicy } from "#core/kinds/health-policy/kind.ts";
import { type FormName, GROUPS, type KindDefinition } from "#core/kinds/kind.ts";
import { meshConfig } from "#core/kinds/mesh-config/kind.ts";
import { objective } from "#core/kinds/objective/kind.ts";
import { peerAuthentication } from "#core/kinds/peer-authentication/kind.ts";
import { plan } from "#core/kinds/plan/kind.ts";
import { proxyConfig } from "#core/kinds/proxy-config/kind.ts";
import { quota } from "#core/kinds/quota/kind.ts";
import { rateLimit } from "#core/kinds/rate-limit/kind.ts";
import { requestAuthentication } from "#core/kinds/request-authentication/kind.ts";
import { serviceEntry } from "#core/kinds/service-entry/kind.ts";
import { sidecar } from "#core/kinds/sidecar/kind.ts";
import { silence } from "#core/kinds/silence/kind.ts";
import { telemetry } from "#core/kinds/telemetry/kind.ts";
import { trafficExtension } from "#core/kinds/traffic-extension/kind.ts";
import { virtualService } from "#core/kinds/virtual-service/kind.ts";
import { wasmPlugin } from "#core/kinds/wasm-plugin/kind.ts";
import { workloadEntry } from "#core/kinds/workload-entry/kind.ts";
import { workloadGroup } from "#core/kinds/workload-group/kind.ts";
import type { Handled, Infer } from "#core/schema/field.ts";

/**
 * The kinds Pharos reads: the one list of them, in the order in which people look for them. All that there is to know of a
 * kind by itself is in its folder.
 */
export const KINDS = {
  VirtualService: virtualService,
  DestinationRule: destinationRule,
  Gateway: gateway,
  ServiceEntry: serviceEntry,
  Sidecar: sidecar,
  WorkloadGroup: workloadGroup,
  WorkloadEntry: workloadEntry,
  Telemetry: telemetry,
  EnvoyFilter: envoyFilter,
  ProxyConfig: proxyConfig,
  WasmPlugin: wasmPlugin,
  TrafficExtension: trafficExtension,
  PeerAuthentication: peerAuthentication,
  RequestAuthentication: requestAuthentication,
  AuthorizationPolicy: authorizationPolicy,
  RateLimit: rateLimit,
  Quota: quota,
  Plan: plan,
  Objective: objective,
  AlertRule: alertRule,
  AlertReceiver: alertReceiver,
  Silence: silence,
  HealthPolicy: healthPolicy,
  MeshConfig: meshConfig,
} as const satisfies Readonly<Record<string, KindDefinition>>;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** Those that are read and edited in one area of the console. */
export function kindsIn(area: KindDefinition["area"]): readonly Kind[] {
  return KIND_NAMES.filter((kind) => KINDS[kind].area === area);
}

/** In which versions a kind is read; the first is the one that is written. */
export function versionsOf(kind: Kind): readonly string[] {
  const { group, versions }: KindDefinition = KINDS[kind];
  return versions ?? GROUPS[group];
}

/** The form that is made for a kind; undefined where its schema makes it. */
export function formOf(kind: Kind): FormName | undefined {
  return (KINDS[kind] as KindDefinition).form;
}

export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

/** The spec of each kind, in Istio's JSON form (camelCase, durations as strings), as its schema says. */
export type SpecOf = { readonly [K in Kind]: Infer<(typeof KINDS)[K]["schema"]> };

/** The schema of a whole document of each kind. */
export const DOCUMENTS = Object.fromEntries(
  KIND_NAMES.map((kind) => [kind, documentOf(KINDS[kind].schema)]),
) as Readonly<Record<Kind, Handled>>;
