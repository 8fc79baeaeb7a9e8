import type { Infer } from "#core/schema/field.ts";
import { becomes, list, map, message, string } from "#core/schema/make-field.ts";

/** More than this Envoy refuses, and far beyond what a proxy would send on. */
const VALUE_BYTES_MAX = 16_384;
/** More than this Envoy refuses. */
const HEADERS_MAX = 1000;

const operations = (added: string, removed: string) =>
  message({
    set: becomes(added, map(string("header-value", VALUE_BYTES_MAX), "header-name", HEADERS_MAX)),
    add: becomes(added, map(string("header-value", VALUE_BYTES_MAX), "header-name", HEADERS_MAX)),
    remove: becomes(removed, list(string("header-name"))),
  });

const REQUEST = operations(
  "Route.request_headers_to_add; RouteAction.host_rewrite_literal for host",
  "Route.request_headers_to_remove",
);
export type HeaderOperations = Infer<typeof REQUEST>;

export const HEADER_RULES = message({
  request: REQUEST,
  response: operations("Route.response_headers_to_add", "Route.response_headers_to_remove"),
});
export type HeaderRules = Infer<typeof HEADER_RULES>;
