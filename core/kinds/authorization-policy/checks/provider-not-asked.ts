import type { EachCheck, Finding } from "#core/check/rule.ts";
import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import { type NotAsked, resolveAuthorizer } from "#core/resolve/authorizers.ts";
import { providerOf } from "#core/resolve/guarding-policy.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Whoever cannot be asked lets nobody in, and it looks as if the policy refused. */
export const providerNotAsked: EachCheck<"AuthorizationPolicy"> = {
  code: "provider-not-found",
  summary:
    "An AuthorizationPolicy has a provider asked that the MeshConfig does not have, or whose service or port is not there: what its rules match is refused.",
  each(policy, context): Finding[] {
    const name = providerOf(policy);
    if (name === undefined || isDryRun(policy)) return [];
    const { services } = context;
    const found = resolveAuthorizer(services, name);
    if (typeof found !== "string") return [];
    const known = services.settings().providers.map((each) => each.name);
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
