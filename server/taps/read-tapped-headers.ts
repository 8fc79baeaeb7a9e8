import { plainText } from "#core/plain-text.ts";
import type { Redaction } from "#core/telemetry/redact-headers.ts";
import type { TappedHeader, TappedHeaders } from "#core/telemetry/tapped-header.ts";
import type { TappedHeaders as WireHeaders } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const HEADERS_MAX = 200;
const NAME_CHARS_MAX = 256;
const VALUE_CHARS_MAX = 2000;

/** As an agent tells them: cut, made plain, and redacted once more, for its list may be an older one. */
export function readTappedHeaders(
  wire: WireHeaders | undefined,
  redact: (name: string, value: string) => Redaction,
): TappedHeaders | null {
  if (wire === undefined) return null;
  const show = (headers: WireHeaders["request"]): TappedHeader[] =>
    headers.slice(0, HEADERS_MAX).map(({ name, value, isRedacted }) => {
      const told = plainText(name, NAME_CHARS_MAX);
      return {
        name: told,
        ...(isRedacted ? { value: "", isRedacted } : redact(told, plainText(value, VALUE_CHARS_MAX))),
      };
    });
  return {
    request: show(wire.request),
    requestTrailers: show(wire.requestTrailers),
    response: show(wire.response),
    responseTrailers: show(wire.responseTrailers),
    leftOut: wire.leftOut,
  };
}
