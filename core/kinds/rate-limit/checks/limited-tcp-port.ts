import { findTcpPorts } from "#core/check/find-tcp-ports.ts";
import { HTTP_ONLY } from "#core/check/http-only-setting.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { listLimitedPorts } from "#core/kinds/rate-limit/list-ports.ts";

/** On a port that carries TCP nobody sees requests: a limit of them counts nothing. */
export const limitedTcpPort: EachCheck<"RateLimit"> = {
  ...HTTP_ONLY,
  each: (limit, context) => findTcpPorts(limit, listLimitedPorts(limit.spec), context),
};
