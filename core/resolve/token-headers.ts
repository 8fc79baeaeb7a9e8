import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource } from "#core/resource/resource.ts";

/**
 * Names of headers in which RequestAuthentications look for tokens, and those in which they hand claims on. They are used as patterns, in which a
 * star stands for anything: of a name with one nothing is told, or the rule of one namespace would hide what all others' requests say.
 */
export function tokenHeaders(resources: readonly AnyResource[]): readonly string[] {
  const names = ofKind(resources, "RequestAuthentication").flatMap(({ spec }) =>
    (spec.jwtRules ?? []).flatMap(({ fromHeaders = [], outputPayloadToHeader, outputClaimToHeaders = [] }) => [
      ...fromHeaders.map(({ name }) => name),
      ...(outputPayloadToHeader === undefined ? [] : [outputPayloadToHeader]),
      ...outputClaimToHeaders.map(({ header }) => header),
    ]),
  );
  const told = names.flatMap((name) => name?.toLowerCase() ?? []);
  return [...new Set(told)].filter((name) => !name.includes("*")).sort();
}
