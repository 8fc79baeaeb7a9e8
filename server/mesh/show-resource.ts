import type { JsonValue } from "@bufbuild/protobuf";
import { HIDDEN } from "#core/schema/hidden.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";

/** Members whose items have a `value` that lets a proxy in elsewhere: where spans are sent, and who is asked about requests. */
const SENT: Readonly<Record<string, readonly string[]>> = {
  collectorService: ["requestHeadersToAdd"],
  httpService: ["requestHeadersToAdd"],
  grpcService: ["initialMetadata"],
  authorizationRequest: ["headersToAdd"],
};

/** As `decodeResource`, without what a proxy shows to others to be let in: for whoever looks at its configuration. */
export function showResource(type: XdsType, body: Uint8Array): JsonValue {
  return hide(decodeResource(type, body));
}

function hide(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === "backendToken") return [name, HIDDEN];
      const lists = SENT[name];
      return [name, lists === undefined ? hide(member) : hide(hideLists(member, lists))];
    }),
  );
}

function hideLists(value: JsonValue, lists: readonly string[]): JsonValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      lists.includes(name) && Array.isArray(member) ? member.map(hideItem) : member,
    ]),
  );
}

/** A header with its value, or one that stands beside how it is added. */
function hideItem(item: JsonValue): JsonValue {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  if ("header" in item) return { ...item, header: hideItem(item.header ?? null) };
  return "value" in item ? { ...item, value: HIDDEN } : item;
}
