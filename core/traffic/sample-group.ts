import { UNKNOWN } from "#core/model/workload-label.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";

/** Trouble is sampled more than the rest, so that each is held against its like. */
const isTrouble = (code: number): boolean => code >= 400 || code === 0;

/** Whose samples tell of a row. */
export const groupOf = ({ key }: CountedTraffic): string => groupOfSample(key);

export function groupOfSample(
  of: Pick<
    RequestRecord,
    "sourceNamespace" | "sourceWorkload" | "destinationNamespace" | "destinationWorkload" | "responseCode"
  > & { readonly reporter: string },
): string {
  const { reporter, sourceNamespace, sourceWorkload, destinationNamespace, destinationWorkload, responseCode } = of;
  return `${reporter} ${sourceNamespace}/${sourceWorkload} ${destinationNamespace}/${destinationWorkload} ${isTrouble(responseCode)}`;
}

/** `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, or null for a caller without a certificate. */
export function principalOf({ key, isPlain }: CountedTraffic): string | null {
  return isPlain || key.sourcePrincipal === UNKNOWN ? null : key.sourcePrincipal.replace("spiffe://", "");
}
