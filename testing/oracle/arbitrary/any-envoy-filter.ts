import * as fc from "fast-check";
import { anyNamespace, document, rarely, SERVICES } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

const anyContext = fc.constantFrom<object>(
  {},
  { context: "ANY" },
  { context: "SIDECAR_OUTBOUND" },
  { context: "GATEWAY" },
  { context: "SIDECAR_INBOUND" },
);

const ofClusters = fc
  .tuple(
    anyContext,
    rarely(
      fc
        .tuple(
          rarely(fc.constantFrom({ service: SERVICES[0] }, { service: "s0.example.com" })),
          rarely(fc.constantFrom({ portNumber: 80 }, { portNumber: 9080 })),
          rarely(fc.constantFrom({ subset: "v1" }, { subset: "v2" })),
          rarely(
            fc.constantFrom({ name: `outbound|80||${SERVICES[0]}` }, { name: `outbound|80|v1|${SERVICES[0]}` }),
            4,
          ),
        )
        .map((all) => ({ cluster: Object.assign({}, ...all) as object })),
      1,
    ),
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .constantFrom(5, 6, 7)
          .map((seconds) => ({ operation: "MERGE", value: { connect_timeout: `${seconds}s` } })),
      },
      { weight: 1, arbitrary: fc.constant({ operation: "REMOVE" }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom<object>(
          { operation: "MERGE", value: { circuit_breakers: { thresholds: [{ max_connections: 11 }] } } },
          { operation: "MERGE", value: { outlier_detection: { consecutive_5xx: 9 } } },
          { operation: "MERGE", value: { lb_policy: "RANDOM" } },
        ),
      },
    ),
  )
  .map(([context, match, patch]) => ({ applyTo: "CLUSTER", match: { ...context, ...match }, patch }));

const ofRoutes = fc
  .tuple(
    fc.constantFrom<object>({}, { context: "SIDECAR_OUTBOUND" }, { context: "ANY" }),
    rarely(
      fc
        .tuple(
          rarely(fc.constantFrom({ name: "80" }, { name: "9080" })),
          rarely(fc.constantFrom({ portNumber: 80 })),
          rarely(
            fc
              .tuple(
                rarely(fc.constantFrom({ name: `${SERVICES[0]}:80` }, { name: `${SERVICES[1]}:80` }), 1),
                rarely(
                  fc.constantFrom(
                    { route: { action: "ROUTE" } },
                    { route: { action: "REDIRECT" } },
                    { route: { action: "ANY" } },
                  ),
                ),
              )
              .map((all) => ({ vhost: Object.assign({}, ...all) as object })),
            1,
          ),
        )
        .map((all) => ({ routeConfiguration: Object.assign({}, ...all) as object })),
      1,
    ),
    fc.constantFrom("a", "b", "c"),
  )
  .map(([context, match, value]) => ({
    applyTo: "HTTP_ROUTE",
    match: { ...context, ...match },
    patch: {
      operation: "MERGE",
      value: {
        response_headers_to_add: [{ header: { key: "x-patched", value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }],
      },
    },
  }));

function filters(name: string, patches: fc.Arbitrary<object>): fc.Arbitrary<Written> {
  return document(
    "EnvoyFilter",
    name,
    anyNamespace,
    fc
      .tuple(
        rarely(
          fc.constantFrom(
            { workloadSelector: { labels: { app: "x" } } },
            { workloadSelector: { labels: { istio: "gw" } } },
          ),
        ),
        rarely(fc.constantFrom({ priority: -1 }, { priority: 5 })),
        fc.array(patches, { minLength: 1, maxLength: 3 }).map((configPatches) => ({ configPatches })),
      )
      .map((all) => Object.assign({}, ...all) as object),
  );
}

/** Patches of clusters, of which those that come later win. */
export const clusterPatches = (name: string): fc.Arbitrary<Written> => filters(name, ofClusters);
/** And of routes. */
export const routePatches = (name: string): fc.Arbitrary<Written> => filters(name, ofRoutes);
