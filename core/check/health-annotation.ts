import type { ResourceCheck } from "#core/check/rule.ts";
import { parseRateAnnotation, RATE_ANNOTATION, RATED_KINDS } from "#core/kinds/health-policy/rate-annotation.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Kiali's annotation that cannot be read would leave the defaults in force without a word. */
export const healthAnnotation: ResourceCheck = {
  code: "health-annotation",
  summary:
    "The annotation health.kiali.io/rate cannot be read, or stands where nobody reads it: other tolerances hold.",
  each(resource) {
    const text = resource.metadata.annotations?.[RATE_ANNOTATION];
    if (text === undefined) return [];
    const isRead = RATED_KINDS.has(resource.kind);
    const wrong = isRead ? parseRateAnnotation(text).wrong : `${resource.kind} is neither a service nor a workload`;
    if (wrong === undefined) return [];
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: ["metadata", "annotations", RATE_ANNOTATION],
        message: `${wrong}: what holds without it holds`,
        hint: isRead
          ? "write code,degraded,failure,protocol,direction, e.g. 5XX,0,10,http,inbound"
          : `write it on one of ${[...RATED_KINDS].join(", ")}`,
      },
    ];
  },
};
