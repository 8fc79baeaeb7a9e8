import type { Identity } from "#core/identity/spiffe-id.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

const CONTROL_PLANE = "pharos";
/** istiod's account is known to clients as a control plane's too. */
const ACCOUNTS: ReadonlySet<string> = new Set([CONTROL_PLANE, "istiod"]);

/** The control plane's own name within a trust domain. */
export const CONTROL_PLANE_IDENTITY = { namespace: ROOT_NAMESPACE, serviceAccount: CONTROL_PLANE } as const;

/** Identities of the control plane: no workload is given one, by token or by certificate request. */
export function isReservedIdentity({
  namespace,
  serviceAccount,
}: Pick<Identity, "namespace" | "serviceAccount">): boolean {
  return namespace === ROOT_NAMESPACE && ACCOUNTS.has(serviceAccount);
}
