import type { Http1ProtocolOptionsSchema } from "#proto/gen/envoy/config/core/v3/protocol_pb.js";
import { PreserveCaseFormatterConfigSchema } from "#proto/gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js";
import { type Init, typed } from "#server/envoy/pack.ts";

const { name, configType } = typed("preserve_case", PreserveCaseFormatterConfigSchema, {});

/** Names of headers go on with the case that they came with. */
export const KEEPS_CASE: Init<typeof Http1ProtocolOptionsSchema> = {
  headerKeyFormat: { headerFormat: { case: "statefulFormatter", value: { name, typedConfig: configType.value } } },
};
