import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.router";
const FILTER = typed(NAME, RouterSchema, {});
const HIDING_ENVOY = typed(NAME, RouterSchema, { suppressEnvoyHeaders: true });

/** Sends the request on; nothing stands behind it. */
export const router: HttpFilter = {
  name: NAME,
  phase: "router",
  inListener: (_, { isEnvoyHidden }) => (isEnvoyHidden ? HIDING_ENVOY : FILTER),
  inGrpc: FILTER,
};
