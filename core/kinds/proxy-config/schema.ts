import { CONCURRENCY } from "#core/kinds/proxy-config/concurrency.ts";
import { ENVIRONMENT } from "#core/kinds/proxy-config/environment.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, message, refused } from "#core/schema/make-field.ts";

export const PROXY_CONFIG_RESOURCE = message({
  selector: described(MATCH_LABELS, { doc: "Workloads it applies to; without it all of the namespace" }),
  concurrency: CONCURRENCY,
  environmentVariables: ENVIRONMENT,
  image: message({
    imageType: refused(
      "agents start the Envoy that is installed: name another as envoy in the file of pharos agent --config",
      "process",
    ),
  }),
});
export type ProxyConfigSpec = Infer<typeof PROXY_CONFIG_RESOURCE>;
