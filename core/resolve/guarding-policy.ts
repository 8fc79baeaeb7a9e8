import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationRule,
  AuthorizationSource,
} from "#core/kinds/authorization-policy/schema.ts";
import { usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

export type GuardedSource = AuthorizationSource;
export type GuardedOperation = AuthorizationOperation;
export type GuardedCondition = AuthorizationCondition;

/** One of a policy that guards a workload. */
export interface GuardingRule extends AuthorizationRule {
  /** Its place in the policy. */
  readonly index: number;
  /** It asks for what only HTTP knows. */
  readonly usesHttp: boolean;
}

/** A policy as whoever guards a workload reads it. */
export interface GuardingPolicy {
  /** `AuthorizationPolicy/namespace/name` */
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  readonly action: "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";
  /** Who is asked, with CUSTOM. */
  readonly provider: string | undefined;
  /** It is only tried: nothing is refused by it. */
  readonly isDryRun: boolean;
  readonly rules: readonly GuardingRule[];
}

/** The provider of a policy that has one asked; undefined for the others. */
export function providerOf({ spec }: Resource<"AuthorizationPolicy">): string | undefined {
  return spec.action === "CUSTOM" ? (spec.provider?.name ?? "") : undefined;
}

/** Those of which `resolvePolicies` says that they guard it, in the same order. */
export function readGuards(policies: readonly Resource<"AuthorizationPolicy">[]): readonly GuardingPolicy[] {
  return policies.map((policy) => ({
    ref: formatRef(refOf(policy)),
    namespace: policy.metadata.namespace,
    name: policy.metadata.name,
    action: policy.spec.action ?? "ALLOW",
    provider: providerOf(policy),
    isDryRun: isDryRun(policy),
    rules: (policy.spec.rules ?? []).map((rule, index) => ({ ...rule, index, usesHttp: usesHttp(rule) })),
  }));
}
