import type { MtlsMode } from "#core/kinds/peer-authentication/schema.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { findSpeaking } from "#core/resolve/speaking.ts";
import type { Labels } from "#core/resource/labels.ts";
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
 * What a workload's port takes: the port's own word, then the workload's, its namespace's, the mesh's. UNSET leaves it to the
 * next level (Istio's `ComposePeerAuthentication`).
 */
export function resolveMtlsMode(
  policies: readonly Policy[],
  rootNamespace: string,
  workload: MtlsWorkload,
): ResolvedMtlsMode {
  const { port } = workload;
  const { own, namespace, mesh } = findSpeaking(policies, workload, withoutTargets(rootNamespace));
  const ofPort = port === undefined ? undefined : own?.spec.portLevelMtls?.[String(port)]?.mode;
  for (const { mode, policy } of [
    { mode: ofPort, policy: own },
    ...[own, namespace, mesh].map((policy) => ({ mode: policy?.spec.mtls?.mode, policy })),
  ]) {
    if (policy !== undefined && mode !== undefined && mode !== "UNSET") return { mode, policy };
  }
  return { mode: "PERMISSIVE" };
}
