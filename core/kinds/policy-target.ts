import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import { joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, list, message, oneOf, refused, required, string } from "#core/schema/make-field.ts";
import type { Path } from "#core/schema/path.ts";

const TARGETED = "none: which workloads it is for";

/** Of what a policy may be bound to instead of labels (Istio's PolicyTargetReference). */
const TARGET_REF = message({
  group: described(string("dns-name", 253), {
    envoy: TARGETED,
    doc: "Empty for a Service, networking.istio.io for a ServiceEntry or Gateway, gateway.networking.k8s.io for a Gateway",
  }),
  kind: described(
    required(
      oneOf(["Service", "ServiceEntry", "Gateway"], {
        GatewayClass: "there are no waypoints: name a Gateway, a Service or a ServiceEntry",
      }),
    ),
    { envoy: TARGETED },
  ),
  name: described(required(string("policy-text", 253)), { envoy: TARGETED, doc: "In the policy's own namespace" }),
  namespace: refused("targets are of the policy's own namespace: leave it out", "no-effect"),
});

/** Of what a limit may be bound to besides: a group of workloads, or routes. */
const LIMIT_TARGET_REF = message({
  group: described(string("dns-name", 253), {
    envoy: TARGETED,
    doc: "Empty for a Service, networking.istio.io for a ServiceEntry, Gateway, WorkloadGroup or VirtualService",
  }),
  kind: described(
    required(
      oneOf(["Service", "ServiceEntry", "Gateway", "WorkloadGroup", "VirtualService"], {
        GatewayClass: "there are no waypoints: name a Gateway, a Service or a ServiceEntry",
        HTTPRoute: "name the VirtualService, and its route with sectionName",
        Namespace: "write neither targetRefs nor selector: the limit is for its whole namespace then",
        WorkloadEntry: "name its WorkloadGroup, or choose it by its labels with selector",
      }),
    ),
    {
      envoy: TARGETED,
      valueDocs: {
        Service: "the workloads behind it",
        ServiceEntry: "the workloads behind it",
        Gateway: "the workloads that serve it",
        WorkloadGroup: "its workloads",
        VirtualService: "requests that gateways route by it",
      },
    },
  ),
  name: described(required(string("policy-text", 253)), { envoy: TARGETED, doc: "In its own namespace" }),
  sectionName: described(string("policy-text", 253), {
    envoy: TARGETED,
    doc: "Of a VirtualService: the name of one of its HTTP routes, for requests by that route alone",
  }),
  namespace: refused("targets are of the limit's own namespace: leave it out", "no-effect"),
});
export type PolicyTarget = Infer<typeof LIMIT_TARGET_REF>;

/** The two members by which Telemetries and security policies are bound. */
export const POLICY_TARGETS = {
  targetRef: described(TARGET_REF, { doc: "One target; Istio's older name" }),
  targetRefs: described(list(TARGET_REF, 0, 16), {
    doc: "Instead of labels: the workloads behind a Service or ServiceEntry, or those that serve a Gateway, of its namespace",
  }),
};

/** The same of RateLimits and Quotas. */
export const LIMIT_TARGETS = {
  targetRef: described(LIMIT_TARGET_REF, { doc: "One target; Istio's older name" }),
  targetRefs: described(list(LIMIT_TARGET_REF, 0, 16), {
    doc: "Instead of labels: the workloads behind a Service or ServiceEntry, of a WorkloadGroup, or that serve a Gateway, of its namespace; or requests that gateways of any namespace route by a VirtualService",
  }),
};

interface Targeting {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly targetRef?: PolicyTarget;
  readonly targetRefs?: readonly PolicyTarget[];
}

/** What a policy is bound to; none where labels choose. */
export function targetsOf<T>({
  targetRef,
  targetRefs = [],
}: {
  readonly targetRef?: T;
  readonly targetRefs?: readonly T[];
}): readonly T[] {
  return targetRefs.length === 0 && targetRef !== undefined ? [targetRef] : targetRefs;
}

const FOUND_BY = {
  Service: "host",
  ServiceEntry: "declaration",
  Gateway: "gateway",
  WorkloadGroup: "group",
  VirtualService: "routes",
} as const;

/** How the workloads of a target are found: by the host of a service, by the object that declares it, by a gateway, by their group, or by gateways that route by it. */
export function foundBy({ kind }: Pick<PolicyTarget, "kind">): "host" | "declaration" | "gateway" | "group" | "routes" {
  return FOUND_BY[kind];
}

/** Whether it names requests by their routes, at workloads of whatever namespace. */
export const isOfRoutes = (target: Pick<PolicyTarget, "kind">): boolean => foundBy(target) === "routes";

const GROUPS_OF: Readonly<Record<string, readonly string[]>> = {
  Service: ["", "core"],
  ServiceEntry: ["networking.istio.io"],
  Gateway: ["gateway.networking.k8s.io", "networking.istio.io"],
  WorkloadGroup: ["networking.istio.io"],
  VirtualService: ["networking.istio.io"],
};

export function validateTargets(spec: Targeting): Diagnostic[] {
  const { selector, targetRef, targetRefs = [] } = spec;
  const one = targetRef === undefined ? [] : [{ target: targetRef, path: ["spec", "targetRef"] }];
  const many = targetRefs.map((target, index) => ({ target, path: ["spec", "targetRefs", index] }));
  const issues = [...one, ...many].flatMap(({ target, path }) => [
    ...validateGroup(target, path),
    ...validateSection(target, path),
  ]);
  if (Number(selector !== undefined) + one.length + Math.min(many.length, 1) > 1)
    issues.push(
      errorAt(
        ["spec", many.length > 0 ? "targetRefs" : "targetRef"],
        "conflicting-fields",
        "only one of selector, targetRef and targetRefs may be set",
        "write targetRefs, or a selector",
      ),
    );
  return issues;
}

function validateGroup({ group = "", kind }: PolicyTarget, path: Path): Diagnostic[] {
  const groups = GROUPS_OF[kind] ?? [];
  if (groups.includes(group)) return [];
  const written = groups[0] === "" ? "leave group out" : `write group: ${groups[0]}`;
  return [errorAt([...path, "group"], "bad-value", `no ${kind} is of the group ${JSON.stringify(group)}`, written)];
}

function validateSection({ kind, sectionName }: PolicyTarget, path: Path): Diagnostic[] {
  if (sectionName === undefined || isOfRoutes({ kind })) return [];
  const next = kind === "Gateway" || kind.startsWith("Service") ? "write its port in match" : "leave it out";
  return [errorAt([...path, "sectionName"], "conflicting-fields", `a ${kind} has no routes that could be named`, next)];
}

/** Whom a security policy is for, in words. */
export function describePolicyTarget({ metadata, spec }: Written<Targeting>, rootNamespace: string): string {
  const targets = targetsOf(spec);
  if (targets.length > 0) return describeTargets(targets);
  const labels = writeLabels(spec.selector?.matchLabels);
  if (labels.length > 0) return `workloads with ${joinWords(labels, "and")}`;
  return metadata.namespace === rootNamespace
    ? "every workload of the mesh"
    : `every workload in ${metadata.namespace}`;
}

interface NamedTarget {
  readonly kind?: string;
  readonly name?: string;
  readonly sectionName?: string;
}

/** `the workloads of Service reviews`, `route pay of VirtualService shop` */
export function describeTargets(targets: readonly NamedTarget[]): string {
  const called = ({ kind = "", name = "" }: NamedTarget): string => `${kind} ${name}`.trim();
  const workloads = targets.filter(({ kind }) => kind !== "VirtualService").map(called);
  const routes = targets
    .filter(({ kind }) => kind === "VirtualService")
    .map((each) => `${each.sectionName === undefined ? "the routes" : `route ${each.sectionName}`} of ${called(each)}`);
  return joinWords(
    [...(workloads.length === 0 ? [] : [`the workloads of ${joinWords(workloads, "and")}`]), ...routes],
    "and",
  );
}
