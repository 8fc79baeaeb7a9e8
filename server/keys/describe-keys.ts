import type { Diagnostic } from "#core/diagnostic.ts";
import { keyLocationOf } from "#core/kinds/request-authentication/key-location.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { KeyStatus } from "#server/keys/key-keeper.ts";

/** What is wrong with the keys of RequestAuthentications now: those that were never fetched, and those that could not be again. */
export function describeKeys(
  authentications: readonly Resource<"RequestAuthentication">[],
  statusOf: (location: string) => KeyStatus | undefined,
): Diagnostic[] {
  return authentications.flatMap((resource) =>
    (resource.spec.jwtRules ?? []).flatMap((rule, index): Diagnostic[] => {
      const location = keyLocationOf(rule);
      const status = location === undefined ? undefined : statusOf(location);
      if (status?.error === undefined) return [];
      const { fetchedAtMs, error } = status;
      const issuer = rule.issuer ?? "any issuer";
      const at = {
        resource: formatRef(refOf(resource)),
        path: ["spec", "jwtRules", index, rule.jwksUri === undefined ? "issuer" : "jwksUri"],
        code: "keys-not-fetched" as const,
      };
      return [
        fetchedAtMs === undefined
          ? {
              ...at,
              severity: "error",
              message: `the keys were never fetched, and tokens of ${issuer} are refused: ${error}`,
              hint: "it is tried again by itself; the control plane has to reach the place, or the keys can be written into jwks",
            }
          : {
              ...at,
              severity: "warning",
              message: `the keys could not be fetched again, and those of ${new Date(fetchedAtMs).toISOString()} are used: ${error}`,
              hint: "it is tried again by itself; a key that the issuer took into use since is not known here",
            },
      ];
    }),
  );
}
