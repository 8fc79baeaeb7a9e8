import { PharosError } from "#core/errors.ts";
import { isReservedIdentity } from "#core/identity/reserved-identity.ts";

/** Throws "forbidden" for a join token whose bearer would be the control plane to every agent. */
export function refuseReserved(namespace: string, serviceAccount: string): void {
  if (isReservedIdentity({ namespace, serviceAccount }))
    throw new PharosError(
      "forbidden",
      `serviceAccount: ${namespace}/${serviceAccount} is the control plane's own account: nobody joins as it`,
      { hint: "give the workload an account of its own" },
    );
}
