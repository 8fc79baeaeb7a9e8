import { OTHER_REFUSAL_STATUSES } from "#core/refusal-status.ts";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";
import { ComparisonFilter_Op } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type {
  LocalReplyConfigSchema,
  ResponseMapperSchema,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { Init } from "#server/envoy/pack.ts";

/** An upload that could not be sent again, to another instance or to the application, is one that nobody took, not one that found no storage. */
const NOBODY_TOOK: Init<typeof ResponseMapperSchema> = {
  filter: {
    filterSpecifier: {
      case: "statusCodeFilter",
      value: {
        comparison: {
          op: ComparisonFilter_Op.EQ,
          value: { defaultValue: 507, runtimeKey: "pharos.retry_buffer_exceeded" },
        },
      },
    },
  },
  statusCode: 503,
};

/** Who is over a limit gets the status of the rule, which the agent's answer says: Envoy's filter has one for all rules. */
const OVER_A_LIMIT = OTHER_REFUSAL_STATUSES.map(
  (status): Init<typeof ResponseMapperSchema> => ({
    filter: {
      filterSpecifier: {
        case: "metadataFilter",
        value: {
          matcher: {
            filter: ANSWER_METADATA.filter,
            path: [{ segment: { case: "key", value: ANSWER_METADATA.status } }],
            value: {
              matchPattern: {
                case: "stringMatch",
                value: { matchPattern: { case: "exact", value: String(status) } },
              },
            },
          },
          matchIfKeyNotFound: false,
        },
      },
    },
    statusCode: status,
  }),
);

/** What a listener's own answers become; callers' listeners ask nobody about limits. */
export function localReplies(direction: "inbound" | "outbound" | "gateway"): Init<typeof LocalReplyConfigSchema> {
  return { mappers: direction === "outbound" ? [NOBODY_TOOK] : [NOBODY_TOOK, ...OVER_A_LIMIT] };
}
