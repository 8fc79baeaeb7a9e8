import type { Finding, KindCheck } from "#core/check/rule.ts";
import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import { type NotAsked, resolveAuthorizer } from "#core/resolve/authorizers.ts";
import { providerOf } from "#core/resolve/guarding-policy.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Whoever cannot be asked lets nobody in, and it looks as if the policy refused. */
export const providerNotAsked: KindCheck<"AuthorizationPolicy"> = {
  code: "provider-not-found",
  summary:
    "An AuthorizationPolicy has a provider asked that the MeshConfig does not have, or whose service or port is not there: what its rules match is refused.",
  check(policies, { snapshot }) {
    const asking = policies.filter((policy) => providerOf(policy) !== undefined && !isDryRun(policy));
    if (asking.length === 0) return [];
    const reader = createSnapshotReader(snapshot);
    return asking.flatMap((policy): Finding[] => {
      const name = providerOf(policy) ?? "";
      const found = resolveAuthorizer(reader, name);
      if (typeof found !== "string") return [];
      const known = reader.settings().providers.map((each) => each.name);
      return [
        {
          severity: "error",
          resource: formatRef(refOf(policy)),
          path: ["spec", "provider", "name"],
          message: `${whatIsMissing(found, name)}: what the rules match is refused`,
          hint:
            found === "no-provider"
              ? `extensionProviders of the MeshConfig: ${known.length === 0 ? "none" : known.join(", ")}`
              : "write its service as NAMESPACE/HOST, with a port that it has, in the MeshConfig's extensionProviders",
        },
      ];
    });
  },
};

function whatIsMissing(found: NotAsked, name: string): string {
  switch (found) {
    case "no-provider":
      return `the provider ${name} is not in the MeshConfig`;
    case "no-service":
      return `the service of the provider ${name} is not there`;
    case "no-port":
      return `the service of the provider ${name} has no such port`;
  }
}
