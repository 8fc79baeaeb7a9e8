import type { Any } from "@bufbuild/protobuf/wkt";
import type { RouteCors } from "#core/resolve/route-rule.ts";
import { CorsPolicySchema, CorsSchema } from "#proto/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { duration, pack, typed } from "#server/envoy/pack.ts";
import { buildStringMatcher } from "#server/envoy/routes/build-match.ts";
import { buildPercent } from "#server/envoy/routes/build-percent.ts";

const NAME = "envoy.filters.http.cors";
const FILTER = { ...typed(NAME, CorsSchema, {}), disabled: true };

function buildCors(cors: RouteCors): Any {
  const { allowOrigins = [], allowOrigin = [] } = cors;
  const origins = allowOrigins.length > 0 ? allowOrigins : allowOrigin.map((exact) => ({ exact }));
  return pack(CorsPolicySchema, {
    allowOriginStringMatch: origins.map(buildStringMatcher),
    allowMethods: (cors.allowMethods ?? []).join(","),
    allowHeaders: (cors.allowHeaders ?? []).join(","),
    exposeHeaders: (cors.exposeHeaders ?? []).join(","),
    ...(cors.maxAge === undefined ? {} : { maxAge: String(duration(cors.maxAge).seconds) }),
    ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
    ...(cors.unmatchedPreflights === "IGNORE" ? { forwardNotMatchingPreflights: false } : {}),
    filterEnabled: { defaultValue: buildPercent(undefined, 100) },
  });
}

/** Answers preflights and tells browsers who may read the answers, at the caller. */
export const cors: HttpFilter = {
  name: NAME,
  phase: "traffic",
  inListener: (direction) => (direction === "inbound" ? undefined : FILTER),
  onRoute: ({ corsPolicy }) => (corsPolicy === undefined ? undefined : buildCors(corsPolicy)),
};
