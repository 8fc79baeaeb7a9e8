import { TAP_CONFIG_ID } from "#core/xds/tap-config-id.ts";
import { TapSchema } from "#proto/gen/envoy/extensions/filters/http/tap/v3/tap_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.tap";
const FILTER = {
  ...typed(NAME, TapSchema, {
    commonConfig: { configType: { case: "adminConfig", value: { configId: TAP_CONFIG_ID } } },
    recordHeadersReceivedTime: true,
  }),
  // An Envoy that is built without it serves all the same.
  isOptional: true,
};

/**
 * Does nothing until the proxy's agent asks Envoy for headers of requests: it is there before, for a change of the listener would end
 * connections. The first in the chain, so that what others refuse is seen too.
 */
export const tap: HttpFilter = {
  name: NAME,
  phase: "tap",
  // Envoy (1.40) ends itself over a tap by its admin interface where it has none.
  inListener: (_, { hasAgent }) => (hasAgent ? FILTER : undefined),
};
