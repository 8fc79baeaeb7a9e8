import type { AnyResource } from "#core/resource/resource.ts";

/**
 * Fields whose zero says something: members of a oneof and wrapped values (`google.protobuf.UInt32Value` and its like in
 * istio.io/api). Everywhere else proto3 cannot tell it from a field that was left out, so Istio takes it as that.
 */
const ZERO_IS_A_VALUE: readonly RegExp[] = [
  /\.(?:exact|prefix|regex)$/,
  /\.body\.string$/,
  /\.allowCredentials$/,
  /\.retryIgnorePreviousHosts$/,
  /\.warmup\.(?:minimumPercent|aggression)$/,
  /\.consecutive(?:5xxErrors|GatewayErrors|LocalOriginFailures)$/,
  // A message with a number in it: nothing written is none, too.
  /\.(?:percentage|mirrorPercentage)\.value$/,
];
const KINDS: ReadonlySet<string> = new Set([
  "DestinationRule",
  "Gateway",
  "ServiceEntry",
  "VirtualService",
  "WorkloadEntry",
]);

/** The same resource without fields that say only what they would mean if they were left out: `0`, `""`, `false`, `[]`. */
export function withoutZeros<R extends AnyResource>(resource: R): R {
  if (!KINDS.has(resource.kind)) return resource;
  return { ...resource, spec: strip(resource.spec, "") };
}

function strip<T>(value: T, path: string): T {
  if (Array.isArray(value)) return value.map((each: unknown) => strip(each, `${path}[]`)) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, each]) => {
    const below = `${path}.${key}`;
    return isZero(each) && !isMapValue(path) && !ZERO_IS_A_VALUE.some((pattern) => pattern.test(below))
      ? []
      : [[key, strip(each, below)]];
  });
  return Object.fromEntries(kept) as T;
}

function isZero(value: unknown): boolean {
  return value === 0 || value === "" || value === false || (Array.isArray(value) && value.length === 0);
}

/** Values of a map are as they are: a header that is set to nothing is set to nothing. */
function isMapValue(path: string): boolean {
  return /\.(?:set|add|labels|sourceLabels|selector|ports|matchLabels)$/.test(path);
}
