import type { MtlsMode } from "#core/kinds/peer-authentication/schema.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

type Policy = Resource<"PeerAuthentication">;
export type EffectiveMtlsMode = Exclude<MtlsMode, "UNSET">;

export interface MtlsWorkload {
  readonly namespace: string;
  readonly labels: Labels;
  /** The application's, not the service's; without it, what the workload takes in general. */
  readonly port?: number;
}

export interface ResolvedMtlsMode {
  readonly mode: EffectiveMtlsMode;
  /** Absent where nobody says anything: PERMISSIVE. */
  readonly policy?: Policy;
}

/**
 * What a workload's port takes: the port's own word, then the workload's, its namespace's, the mesh's. On each level the
 * oldest policy alone speaks, and UNSET leaves it to the next level (Istio's `ComposePeerAuthentication`).
 */
export function resolveMtlsMode(
  policies: readonly Policy[],
  rootNamespace: string,
  { namespace, labels, port }: MtlsWorkload,
): ResolvedMtlsMode {
  const oldest = (isOfLevel: (policy: Policy) => boolean): Policy | undefined =>
    policies.reduce<Policy | undefined>(
      (best, policy) => (isOfLevel(policy) && (best === undefined || byAge(policy, best) < 0) ? policy : best),
      undefined,
    );
  const own = oldest(
    (policy) =>
      policy.metadata.namespace === namespace &&
      hasSelector(policy) &&
      matchesLabels(labels, policy.spec.selector?.matchLabels),
  );
  const wide = (where: string) => oldest((policy) => policy.metadata.namespace === where && !hasSelector(policy));
  const ofPort = port === undefined ? undefined : own?.spec.portLevelMtls?.[String(port)]?.mode;
  for (const { mode, policy } of [
    { mode: ofPort, policy: own },
    ...[own, wide(namespace), wide(rootNamespace)].map((policy) => ({ mode: policy?.spec.mtls?.mode, policy })),
  ]) {
    if (policy !== undefined && mode !== undefined && mode !== "UNSET") return { mode, policy };
  }
  return { mode: "PERMISSIVE" };
}

function hasSelector({ spec }: Policy): boolean {
  return Object.keys(spec.selector?.matchLabels ?? {}).length > 0;
}
