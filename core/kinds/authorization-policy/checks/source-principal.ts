import type { EachCheck, Finding } from "#core/check/rule.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** A principal that no workload has is most often a slip: the rule then allows or denies nobody. */
export const sourcePrincipal: EachCheck<"AuthorizationPolicy"> = {
  code: "principal-not-found",
  kiali: "KIA0106",
  summary: "An AuthorizationPolicy names an identity that no workload has.",
  each: (resource, { accounts, trustDomains, mesh: { trustDomain } }) =>
    listSources(resource).flatMap(({ principals, serviceAccounts, path }) => {
      const found: Finding[] = [];
      const add = (path: Path, message: string, hint: string) =>
        found.push({ severity: "warning", resource: formatRef(refOf(resource)), path, message, hint });
      principals.forEach((principal, index) => {
        // Patterns match what is yet to come.
        if (principal.includes("*") || hasIdentity(accounts, trustDomains, principal)) return;
        const isOurs =
          trustDomains.some((each) => principal.startsWith(`${each}/`)) || principal.startsWith("spiffe://");
        add(
          [...path, "principals", index],
          `no workload has the identity ${principal}`,
          isOurs ? "check the namespace and the service account" : `write ${trustDomain}/ns/NAMESPACE/sa/ACCOUNT`,
        );
      });
      serviceAccounts.forEach((account, index) => {
        const whole = account.includes("/") ? account : `${resource.metadata.namespace}/${account}`;
        if (!accounts.has(whole))
          add(
            [...path, "serviceAccounts", index],
            `no workload runs as ${whole}`,
            "check the namespace and the service account",
          );
      });
      return found;
    }),
};

/** `spiffe://` in front or not. */
function hasIdentity(accounts: ReadonlySet<string>, trustDomains: readonly string[], principal: string): boolean {
  const [, domain, namespace, account] = /^(?:spiffe:\/\/)?([^/]*)\/ns\/([^/]*)\/sa\/(.*)$/.exec(principal) ?? [];
  return domain !== undefined && trustDomains.includes(domain) && accounts.has(`${namespace}/${account}`);
}

function listSources(resource: Resource<"AuthorizationPolicy">) {
  return (resource.spec.rules ?? []).flatMap((rule, index) =>
    (rule.from ?? []).map(({ source }, position) => ({
      principals: source?.principals ?? [],
      serviceAccounts: source?.serviceAccounts ?? [],
      path: ["spec", "rules", index, "from", position, "source"],
    })),
  );
}
