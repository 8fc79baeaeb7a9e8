import { plainText } from "#core/plain-text.ts";
import type { Redaction } from "#core/telemetry/redact-headers.ts";
import { TAPPED_HEADERS, type TappedHeader, type TappedHeaders } from "#core/telemetry/tapped-header.ts";
import type { TappedHeaders as WireHeaders } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** As an agent tells them: cut, made plain, and redacted once more, for its list may be an older one. */
export function readTappedHeaders(
  wire: WireHeaders | undefined,
  redact: (name: string, value: string) => Redaction,
): TappedHeaders | null {
  if (wire === undefined) return null;
  const { count, nameChars, valueChars } = TAPPED_HEADERS;
  let room: number = count;
  const show = (headers: WireHeaders["request"]): TappedHeader[] => {
    const shown = headers.slice(0, room);
    room -= shown.length;
    return shown.map(({ name, value, isRedacted }) => {
      const told = plainText(name, nameChars);
      return { name: told, ...(isRedacted ? { value: "", isRedacted } : redact(told, plainText(value, valueChars))) };
    });
  };
  return {
    request: show(wire.request),
    requestTrailers: show(wire.requestTrailers),
    response: show(wire.response),
    responseTrailers: show(wire.responseTrailers),
    leftOut: wire.leftOut,
  };
}
