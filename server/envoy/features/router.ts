import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.router";
const FILTER = typed(NAME, RouterSchema, {});

/** Sends the request on; nothing stands behind it. */
export const router: HttpFilter = { name: NAME, phase: "router", inListener: () => FILTER, inGrpc: FILTER };
