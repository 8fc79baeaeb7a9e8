import { UNKNOWN } from "#core/model/workload-label.ts";
import { type EffectiveMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { CONCERNED, type ConcernContext, type Concerning, NOT_CONCERNED } from "#core/traffic/concern.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";

type Policy = Resource<"PeerAuthentication">;

/**
 * What comes in another way than it may from then on, at ports whose mode changes: under STRICT plain text, after STRICT
 * what was refused, and where DISABLE begins or ends everything. All PeerAuthentications of a change together: one may
 * keep another from having an effect.
 */
export function concernByMtls({ changes, resources, called, mesh }: ConcernContext): Concerning {
  const now = ofKind(resources, "PeerAuthentication");
  const touched = new Set(
    changes.flatMap(({ before, after }) => [before, after].flatMap((each) => (each ? [formatRef(refOf(each))] : []))),
  );
  const next: Policy[] = [
    ...now.filter((policy) => !touched.has(formatRef(refOf(policy)))),
    ...ofKind(
      changes.flatMap(({ after }) => after ?? []),
      "PeerAuthentication",
    ),
  ];
  const modeOf = (
    policies: readonly Policy[],
    namespace: string,
    labels: Policy["metadata"]["labels"],
    port?: number,
  ) =>
    resolveMtlsMode(policies, mesh.rootNamespace, {
      namespace,
      labels: labels ?? {},
      ...(port === undefined ? {} : { port }),
    }).mode;
  return {
    basis: "what comes in another way than will be taken",
    of: (traffic) => {
      const ports = called.ports(traffic);
      const isConcerned = called
        .instances(traffic)
        .some(({ namespace, labels }) =>
          (ports ?? [undefined]).some((port) =>
            concerns(traffic, modeOf(now, namespace, labels, port), modeOf(next, namespace, labels, port)),
          ),
        );
      return isConcerned ? CONCERNED : NOT_CONCERNED;
    },
  };
}

function concerns(traffic: CountedTraffic, from: EffectiveMtlsMode, to: EffectiveMtlsMode): boolean {
  if (from === to) return false;
  if (to === "DISABLE") return !traffic.isPlain || traffic.isRefused;
  // The mesh's own go over to mTLS by themselves; a stranger stays as it is where it may.
  if (from === "DISABLE") return traffic.isPlain && (to === "STRICT" || traffic.caller !== UNKNOWN);
  return to === "STRICT" ? traffic.isPlain : traffic.isRefused;
}
