import { type ExemplarParts, findExemplars } from "#server/prometheus/exemplars.ts";
import { type CatalogParts, makeCatalog } from "#server/prometheus/make-catalog.ts";
import { QueryApi } from "#server/prometheus/query-api.ts";
import { type AlertingView, NO_ALERTING } from "#server/prometheus/rules-answer.ts";
import { trafficFamilies } from "#server/prometheus/traffic-families.ts";

export interface PrometheusParts extends CatalogParts {
  /** Absent: there are no rules. */
  readonly alerting?: AlertingView;
}

/** Everything that is stored, asked for as Prometheus is. */
export function makePrometheus({ alerting = NO_ALERTING, ...parts }: PrometheusParts): QueryApi {
  const { now, version, retention, relabel, store } = parts;
  const exemplars: ExemplarParts = {
    families: trafficFamilies(relabel),
    requests: store.requests,
    traffic: store.traffic,
  };
  return new QueryApi({
    catalog: makeCatalog(parts),
    exemplars: (expr, range, meter) => findExemplars(expr, range, exemplars, meter),
    ...{ now, version, alerting },
    startedMs: now(),
    retention: `${Math.round(retention.tiersMs["10m"] / 86_400_000)}d`,
  });
}
