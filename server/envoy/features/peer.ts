import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import { ConfigSchema } from "#proto/gen/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { typed } from "#server/envoy/pack.ts";

const NAME = "envoy.filters.http.header_to_metadata";
const FILTER = typed(NAME, ConfigSchema, {
  requestRules: [{ header: PEER_HEADER, onHeaderPresent: { metadataNamespace: "pharos", key: "peer" }, remove: true }],
});

/** Takes off on the way in what the caller's proxy put on to tell which workload it is. */
export const peer: HttpFilter = {
  name: NAME,
  phase: "identity",
  inListener: (direction) => (direction === "inbound" ? FILTER : undefined),
};
