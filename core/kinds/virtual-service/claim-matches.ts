import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import { claimOfRoute } from "#core/schema/claim-path.ts";
import type { Path } from "#core/schema/path.ts";

/** Where rules choose by claims of tokens. */
export function listClaimMatches({
  http = [],
}: VirtualServiceSpec): readonly { readonly key: string; readonly path: Path }[] {
  return http.flatMap(({ match = [] }, index) =>
    match.flatMap((each, position) =>
      (["headers", "withoutHeaders"] as const).flatMap((name) =>
        Object.keys(each[name] ?? {})
          .filter((key) => claimOfRoute(key) !== undefined)
          .map((key) => ({ key, path: ["spec", "http", index, "match", position, name, key] })),
      ),
    ),
  );
}
