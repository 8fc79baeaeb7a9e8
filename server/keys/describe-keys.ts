import type { Diagnostic } from "#core/diagnostic.ts";
import { wantedKeys } from "#core/resolve/token-rules.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { KeyStatus } from "#server/keys/key-keeper.ts";

/** What is wrong with the keys of RequestAuthentications now: those that were never fetched, and those that could not be again. */
export function describeKeys(
  authentications: readonly Resource<"RequestAuthentication">[],
  statusOf: (location: string) => Pick<KeyStatus, "fetchedAtMs" | "error"> | undefined,
): Diagnostic[] {
  return authentications.flatMap((resource) =>
    wantedKeys(resource).flatMap(({ uri, issuer: named, path }): Diagnostic[] => {
      const status = statusOf(uri);
      if (status?.error === undefined) return [];
      const { fetchedAtMs, error } = status;
      const issuer = named === "" ? "any issuer" : named;
      const at = { resource: formatRef(refOf(resource)), path, code: "keys-not-fetched" as const };
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
