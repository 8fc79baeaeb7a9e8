import type { Workload } from "#core/model/workload.ts";

/** Whether a workload is of an account: `another` where it names one that is not this, `any` where it names none. */
export function accountStanding(
  { serviceAccount }: Pick<Workload, "serviceAccount">,
  account: string,
): "its" | "another" | "any" {
  if (serviceAccount === undefined) return "any";
  return serviceAccount === account ? "its" : "another";
}
