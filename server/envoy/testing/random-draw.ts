import { type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";

export type Random = (below: number) => number;
/** Of one draw: which service it is about, and where it stands. */
export interface Draw {
  readonly random: Random;
  /** `s0` to `s3`. */
  readonly service: string;
  readonly namespace: string;
  pick<T>(values: readonly T[]): T;
  /** One in `n`. */
  rarely(n: number): boolean;
}

/** The one resource of a document. */
export function parse(text: string): AnyResource {
  const { resources, diagnostics } = parseDocuments(text);
  const [only] = resources;
  if (only === undefined) throw new Error(`${JSON.stringify(diagnostics)} ${text}`);
  return only;
}

export const api = (kind: Kind, group: string, name: string, namespace: string, spec: object): AnyResource =>
  parse(
    JSON.stringify({
      apiVersion: `${group.includes(".") ? group : `${group}.istio.io`}/${versionsOf(kind)[0]}`,
      kind,
      metadata: { name, namespace },
      spec,
    }),
  );

export const networking = (kind: Kind, name: string, namespace: string, spec: object) =>
  api(kind, "networking", name, namespace, spec);
export const security = (kind: Kind, name: string, namespace: string, spec: object) =>
  api(kind, "security", name, namespace, spec);

export const DOMAIN = "svc.cluster.local";

/** Among them its own namespace under both of its names, the root namespace, and nobody. */
export function exportTo({ pick, rarely, namespace }: Draw, canHide = false): object {
  const scopes = [["."], ["*"], [namespace], ["prod"], ["default", "istio-system"], ...(canHide ? [["~"]] : [])];
  return rarely(3) ? { exportTo: pick(scopes) } : {};
}

/** Which callers a rule is for, and whom else it is exported to; half of all callers are `caller`, the others `other`. */
export function callers(draw: Draw): object {
  if (!draw.rarely(4)) return exportTo(draw);
  const app = draw.pick(["caller", "other"]);
  return { workloadSelector: draw.pick<object>([{ matchLabels: { app } }, { matchLabels: { app } }, {}]) };
}

/** Whom a policy is for: the workloads of these labels, those behind what is there or is not, or all of its namespace. */
export function whom({ pick, rarely, random, service }: Draw, labels: object): object {
  if (!rarely(2)) return {};
  const targets = [
    { kind: "Service", name: service },
    { kind: "Service", name: `s${random(4)}` },
    { kind: "ServiceEntry", group: "networking.istio.io", name: service },
    { kind: "Gateway", group: "gateway.networking.k8s.io", name: "gw" },
    { kind: "Gateway", group: "networking.istio.io", name: `g${random(2)}` },
  ];
  return pick<object>([
    { selector: { matchLabels: labels } },
    { selector: { matchLabels: labels } },
    { targetRef: pick(targets) },
    { targetRefs: [pick(targets), pick(targets)] },
  ]);
}
