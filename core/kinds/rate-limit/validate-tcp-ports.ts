import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import { listLimitedPorts } from "#core/kinds/rate-limit/list-ports.ts";
import type { RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";

/** On a port that carries TCP nobody sees requests: a limit of them counts nothing. `carriesHttp` is undefined for an unknown port. */
export function validateTcpPorts(
  spec: RateLimitSpec,
  carriesHttp: (port: number) => boolean | undefined,
): Diagnostic[] {
  return listLimitedPorts(spec).flatMap(({ port, path }) =>
    carriesHttp(port) === false
      ? [
          errorAt(
            path,
            "http-only-setting",
            `port ${port} carries TCP: its connections are no requests, and none would be counted`,
            "name a port of HTTP, or give this one the protocol of what it carries",
          ),
        ]
      : [],
  );
}
