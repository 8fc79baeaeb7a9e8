import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/** Names of headers in which RequestAuthentications look for tokens, and those in which they hand claims on. */
export function tokenHeaders(resources: readonly AnyResource[]): readonly string[] {
  const names = ofKind(resources, "RequestAuthentication").flatMap(({ spec }) =>
    (spec.jwtRules ?? []).flatMap(({ fromHeaders = [], outputPayloadToHeader, outputClaimToHeaders = [] }) => [
      ...fromHeaders.map(({ name }) => name),
      ...(outputPayloadToHeader === undefined ? [] : [outputPayloadToHeader]),
      ...outputClaimToHeaders.map(({ header }) => header),
    ]),
  );
  return [...new Set(names.flatMap((name) => name?.toLowerCase() ?? []))].sort();
}
