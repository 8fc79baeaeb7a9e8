import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { KnownRequest } from "#core/telemetry/match-request.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

/** What is known before it happens of any request that a proxy tells of: as the caller's, and as the called end's for each of its services. */
export function requestsOfProxy({ principal, namespace, workload, services = [] }: Reporter): readonly KnownRequest[] {
  const name = workload?.workload ?? UNKNOWN;
  const version = workload?.version ?? UNKNOWN;
  const called: KnownRequest = {
    reporter: "destination",
    destinationWorkload: name,
    destinationNamespace: namespace,
    destinationVersion: version,
    destinationPrincipal: principal,
  };
  return [
    {
      reporter: "source",
      sourceWorkload: name,
      sourceNamespace: namespace,
      sourceVersion: version,
      sourcePrincipal: principal,
      sourceAddress: "",
    },
    ...[...new Set([...services.map(({ host }) => host), UNKNOWN])].map((destinationService) => ({
      ...called,
      destinationService,
    })),
  ];
}

/** Under which identity the agent of an instance shows itself. */
export function identityOf({ namespace, serviceAccount }: WorkloadInstance, trustDomain: string) {
  return { principal: formatSpiffeId({ trustDomain, namespace, serviceAccount }), namespace, serviceAccount };
}
