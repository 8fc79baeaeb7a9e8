import type { Workload } from "#core/model/workload.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { declareWorkload } from "#core/sources/declare-workload.ts";

/** A group of which nothing runs: what its instances will be. */
export interface WaitingWorkload extends Workload {
  readonly standing: "expected";
  readonly name: string;
}

/** The groups without a registered instance. What is said of those that answer for a service holds of them too, before one comes and after the last has gone. */
export function waitingWorkloads({
  resources,
  instances,
}: Pick<Snapshot, "resources" | "instances">): readonly WaitingWorkload[] {
  const running = new Set(instances.map(({ namespace, workload }) => `${namespace}/${workload}`));
  return resources.flatMap((resource) => {
    const declared = declareWorkload(resource);
    return declared !== undefined && isExpected(declared) && !running.has(`${declared.namespace}/${declared.name}`)
      ? [declared]
      : [];
  });
}

function isExpected(workload: Workload): workload is WaitingWorkload {
  return workload.standing === "expected" && workload.name !== undefined;
}
