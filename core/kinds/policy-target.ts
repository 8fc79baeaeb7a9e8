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
export type PolicyTarget = Infer<typeof TARGET_REF>;

/** The two members by which Telemetries and security policies are bound. */
export const POLICY_TARGETS = {
  targetRef: described(TARGET_REF, { doc: "One target; Istio's older name" }),
  targetRefs: described(list(TARGET_REF, 0, 16), {
    doc: "Instead of labels: the workloads behind a Service or ServiceEntry, or those that serve a Gateway, of its namespace",
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

/** How the workloads of a target are found: by the host of a service, by the object that declares it, or by a gateway. */
export function foundBy({ kind }: Pick<PolicyTarget, "kind">): "host" | "declaration" | "gateway" {
  return ({ Service: "host", ServiceEntry: "declaration", Gateway: "gateway" } as const)[kind];
}

const GROUPS_OF: Readonly<Record<string, readonly string[]>> = {
  Service: ["", "core"],
  ServiceEntry: ["networking.istio.io"],
  Gateway: ["gateway.networking.k8s.io", "networking.istio.io"],
};

export function validateTargets(spec: Targeting): Diagnostic[] {
  const { selector, targetRef, targetRefs = [] } = spec;
  const one = targetRef === undefined ? [] : [{ target: targetRef, path: ["spec", "targetRef"] }];
  const many = targetRefs.map((target, index) => ({ target, path: ["spec", "targetRefs", index] }));
  const issues = [...one, ...many].flatMap(({ target, path }) => validateGroup(target, path));
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

/** `the workloads of Service reviews` */
export function describeTargets(targets: readonly { readonly kind?: string; readonly name?: string }[]): string {
  return `the workloads of ${joinWords(
    targets.map(({ kind = "", name = "" }) => `${kind} ${name}`.trim()),
    "and",
  )}`;
}
