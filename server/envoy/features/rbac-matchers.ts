import { escapeRegex } from "#core/schema/path-pattern.ts";
import type { HeaderMatcherSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { StringInit } from "#server/envoy/features/token-metadata.ts";
import type { Init } from "#server/envoy/pack.ts";

/** `*`, `prefix*`, `*suffix`, or exact. */
export function stringMatcher(value: string): StringInit {
  if (value === "*") return regex(".+");
  if (value.startsWith("*")) return { matchPattern: { case: "suffix", value: value.slice(1) } };
  if (value.endsWith("*")) return { matchPattern: { case: "prefix", value: value.slice(0, -1) } };
  return { matchPattern: { case: "exact", value } };
}

export function headerMatcher(name: string, value: string, ignoreCase: boolean): Init<typeof HeaderMatcherSchema> {
  if (value === "*") return { name, headerMatchSpecifier: { case: "presentMatch", value: true } };
  return {
    name,
    headerMatchSpecifier: {
      case: "stringMatch",
      value: { ...stringMatcher(value), ...(ignoreCase ? { ignoreCase: true } : {}) },
    },
  };
}

export function regex(value: string): StringInit {
  return { matchPattern: { case: "safeRegex", value: { regex: value } } };
}

/** A pattern with `*` for whatever `any` takes. */
export function wild(value: string, any = ".*"): string {
  return value.split("*").map(escapeRegex).join(any);
}

export function cidr(value: string): { addressPrefix: string; prefixLen: number } {
  const [address = "", bits] = value.split("/", 2);
  return { addressPrefix: address, prefixLen: bits === undefined ? (address.includes(":") ? 128 : 32) : Number(bits) };
}
