import { findTcpPorts } from "#core/check/find-tcp-ports.ts";
import { HTTP_ONLY } from "#core/check/http-only-setting.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { listQuotaPorts } from "#core/kinds/quota/list-ports.ts";

export const quotaTcpPort: EachCheck<"Quota"> = {
  ...HTTP_ONLY,
  each: (quota, context) => findTcpPorts(quota, listQuotaPorts(quota.spec), context),
};
