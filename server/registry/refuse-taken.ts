import { PharosError } from "#core/errors.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";

export interface Registered {
  /** By `namespace/name`. */
  readonly all: ReadonlyMap<string, WorkloadInstance>;
  readonly isPresent: (key: string) => boolean;
  /** Of one account. */
  readonly instancesMax: number;
}

/** Who is there stays: throws "conflict" for another's name or place, "exhausted" for more instances than an account may have. */
export function refuseTaken(
  key: string,
  admitted: WorkloadInstance,
  { all, isPresent, instancesMax }: Registered,
): void {
  const before = all.get(key);
  if (before !== undefined && before.serviceAccount !== admitted.serviceAccount)
    throw new PharosError("conflict", `instance ${key} is registered by account ${before.serviceAccount}`, {
      hint: "give each instance a name of its own",
    });
  const place = placeOf(admitted);
  if (before !== undefined && placeOf(before) === place) return;
  // Two agents by one name would take each other's place every few seconds.
  if (before !== undefined && isPresent(key))
    throw new PharosError(
      "conflict",
      `instance ${key} is another agent's, at ${placeOf(before)}; this one is at ${place}`,
      { hint: "give each instance a name of its own with --name" },
    );
  let own = 0;
  for (const [other, instance] of all) {
    if (other === key) continue;
    const isOwn = isSameAccount(instance, admitted);
    if (isOwn) own += 1;
    if (!isSamePlace(instance, admitted) || (isOwn && !isPresent(other))) continue;
    throw new PharosError(
      // Not "conflict", which ends an agent, where the place falls free by itself.
      isPresent(other) ? "conflict" : "unavailable",
      `instance ${key} is at ${place}, where instance ${other} of account ${instance.serviceAccount} is registered`,
      { hint: "choose another inbound port; the place of one that has gone falls free after a minute" },
    );
  }
  if (before === undefined && own >= instancesMax)
    throw new PharosError(
      "exhausted",
      `account ${admitted.namespace}/${admitted.serviceAccount} has ${own} instances, the most one may have`,
      { hint: "allow more with `pharos serve --instances-max`" },
    );
}

function isSameAccount(a: WorkloadInstance, b: WorkloadInstance): boolean {
  return a.namespace === b.namespace && a.serviceAccount === b.serviceAccount;
}

function isSamePlace(a: WorkloadInstance, b: WorkloadInstance): boolean {
  return (
    a.address === b.address && a.ports.some((one) => b.ports.some((other) => other.inboundPort === one.inboundPort))
  );
}

/** Where an instance is reached: what two agents cannot share. */
function placeOf({ address, ports }: WorkloadInstance): string {
  return `${address} ports ${ports.map(({ inboundPort }) => inboundPort).join(", ") || "none"}`;
}
