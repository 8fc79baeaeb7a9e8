import { compareNames } from "#core/compare-names.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type WaitingWorkload, waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import type { Labels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { WorkloadMtlsView } from "#core/view/authentication.ts";
import type { DirectoryService } from "#server/services/service-directory.ts";

export type EffectiveMtls = "strict" | "permissive" | "disabled" | "unknown";

const NAMES = { STRICT: "strict", PERMISSIVE: "permissive", DISABLE: "disabled" } as const;

/** Of a workload as far as it bears on mTLS; `appPort`: where its application listens. */
interface Accepting {
  readonly namespace: string;
  readonly labels: Labels;
  readonly ports: readonly { readonly name: string; readonly appPort: number }[];
}

/**
 * Of a service: what all its instances accept on all of its ports, and where there are none what those of its groups would;
 * "unknown" when they differ or nobody is to come. The same answer as proxies get: by age, by level and by the port of the application.
 */
export function serviceMtls(snapshot: Snapshot, service: DirectoryService): EffectiveMtls {
  const names = new Set(service.ports.map(({ name }) => name));
  return acceptedMtls(snapshot, service.instances, service.waiting, (name) => names.has(name));
}

/** What all of the instances accept on all of their ports that are asked for; where there are none, what those that wait would. */
export function acceptedMtls(
  snapshot: Pick<Snapshot, "resources" | "mesh">,
  instances: readonly WorkloadInstance[],
  waiting: readonly WaitingWorkload[],
  isAsked: (portName: string) => boolean = () => true,
): EffectiveMtls {
  const policies = ofKind(snapshot.resources, "PeerAuthentication");
  const accepting: readonly Accepting[] = instances.length > 0 ? instances : waiting.map(asAccepting);
  const modes = new Set(
    accepting.flatMap(({ namespace, labels, ports }) => {
      const answered = ports.filter(({ name }) => isAsked(name)).map(({ appPort }) => ({ port: appPort }));
      return (answered.length > 0 ? answered : [{}]).map(
        (port) => resolveMtlsMode(policies, snapshot.mesh.rootNamespace, { namespace, labels, ...port }).mode,
      );
    }),
  );
  const [only] = modes;
  return modes.size === 1 && only !== undefined ? NAMES[only] : "unknown";
}

export type WorkloadMtls = Omit<WorkloadMtlsView, "plaintext">;

/** Of each workload what its instances accept, and who says so; in order of names. */
export function describeWorkloadMtls(snapshot: Snapshot): WorkloadMtls[] {
  const { resources, instances, mesh } = snapshot;
  const policies = ofKind(resources, "PeerAuthentication");
  const running = [...Map.groupBy(instances, ({ namespace, workload }) => `${namespace}/${workload}`).values()];
  const tell = (workload: string, all: readonly Accepting[], isRunning: boolean): WorkloadMtls[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { namespace, labels } = first;
    const general = resolveMtlsMode(policies, mesh.rootNamespace, { namespace, labels });
    const ports = new Map(all.flatMap((each) => each.ports.map(({ name, appPort }) => [appPort, name])));
    const modes = [...ports].map(([port, name]) => {
      const { mode } = resolveMtlsMode(policies, mesh.rootNamespace, { namespace, labels, port });
      return { name, port, mode };
    });
    const [only = general.mode, ...others] = new Set(modes.map(({ mode }) => mode));
    return [
      {
        namespace,
        workload,
        labels,
        isRunning,
        mode: others.length === 0 ? NAMES[only] : "unknown",
        policy: general.policy === undefined ? null : formatRef(refOf(general.policy)),
        ports: modes.flatMap((each) => (each.mode === general.mode ? [] : [{ ...each, mode: NAMES[each.mode] }])),
      },
    ];
  };
  return [
    ...running.flatMap((all) => tell(all[0]?.workload ?? "", all, true)),
    ...waitingWorkloads(snapshot).flatMap((each) => tell(each.name, [asAccepting(each)], false)),
  ].sort((a, b) => compareNames(`${a.namespace}/${a.workload}`, `${b.namespace}/${b.workload}`));
}

function asAccepting({ namespace, labels, ports }: WaitingWorkload): Accepting {
  return { namespace, labels, ports: Object.entries(ports).map(([name, appPort]) => ({ name, appPort })) };
}
