import type { WorkloadInstance } from "#core/registry/instance.ts";

/** What a certificate says of whoever shows it. */
interface Shown {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The instance that is registered under a name, for whoever shows its namespace and account; for others it is as if not there. */
export function resolveInstance(
  found: WorkloadInstance | undefined,
  { namespace, serviceAccount }: Shown,
): WorkloadInstance | undefined {
  return found?.namespace === namespace && found.serviceAccount === serviceAccount ? found : undefined;
}
