import { describeEnvoyFilter } from "#core/kinds/envoy-filter/effect.ts";
import { ENVOY_FILTER } from "#core/kinds/envoy-filter/schema.ts";
import { validateEnvoyFilter } from "#core/kinds/envoy-filter/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const envoyFilter = defineKind({
  group: "networking.istio.io",
  versions: ["v1alpha3"],
  plural: "envoyfilters",
  short: "ef",
  area: "traffic",
  blame: 0,
  schema: ENVOY_FILTER,
  validate: ({ spec }) => validateEnvoyFilter(spec),
  selector: ({ workloadSelector }) => ({
    labels: workloadSelector?.labels,
    path: ["spec", "workloadSelector"],
    among: "own-namespace-or-mesh",
  }),
  template: {
    configPatches: [
      {
        applyTo: "HTTP_FILTER",
        match: {
          context: "SIDECAR_INBOUND",
          listener: {
            filterChain: {
              filter: {
                name: "envoy.filters.network.http_connection_manager",
                subFilter: { name: "envoy.filters.http.router" },
              },
            },
          },
        },
        patch: { operation: "INSERT_BEFORE", value: { name: "" } },
      },
    ],
  },
  effect: describeEnvoyFilter,
});
