import type { Exchange } from "#core/simulate/exchange.ts";
import { readMetadataMatcher } from "#core/simulate/read/metadata-matcher.ts";
import type { AccessLogFilter } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { LocalReplyConfig } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";

/** Puts one status in the place of a proxy's own answer's. */
export interface ReplyMapper {
  readonly holds: (exchange: Exchange, status: number) => boolean;
  readonly status: number;
}

/** Of mappers that say a status those whose filter is known; the first that holds is taken. */
export function readReplies(config: LocalReplyConfig | undefined): readonly ReplyMapper[] {
  return (config?.mappers ?? []).flatMap(({ filter, statusCode }) => {
    const holds = readFilter(filter);
    return holds === undefined || statusCode === undefined ? [] : [{ holds, status: statusCode }];
  });
}

function readFilter(filter: AccessLogFilter | undefined): ReplyMapper["holds"] | undefined {
  const wanted = filter?.filterSpecifier;
  if (wanted?.case === "statusCodeFilter") {
    const mapped = wanted.value.comparison?.value?.defaultValue;
    return (_, status) => status === mapped;
  }
  if (wanted?.case !== "metadataFilter" || wanted.value.matcher === undefined) return undefined;
  // What is not there is no match: ours say so, and Envoy would take it for one.
  const matcher = readMetadataMatcher(wanted.value.matcher);
  return (exchange) => matcher.holds(exchange, { chance: () => false, pick: () => 0 });
}
