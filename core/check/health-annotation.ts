import type { ResourceCheck } from "#core/check/rule.ts";
import { parseRateAnnotation, RATE_ANNOTATION } from "#core/kinds/health-policy/rate-annotation.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Kiali's annotation that cannot be read would leave the defaults in force without a word. */
export const healthAnnotation: ResourceCheck = {
  code: "health-annotation",
  summary: "The annotation health.kiali.io/rate cannot be read: other tolerances hold.",
  each(resource) {
    const text = resource.metadata.annotations?.[RATE_ANNOTATION];
    const wrong = text === undefined ? undefined : parseRateAnnotation(text).wrong;
    if (wrong === undefined) return [];
    return [
      {
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: ["metadata", "annotations", RATE_ANNOTATION],
        message: `${wrong}: what holds without it holds`,
        hint: "write code,degraded,failure,protocol,direction, e.g. 5XX,0,10,http,inbound",
      },
    ];
  },
};
