import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { settingsOf } from "#core/resolve/mesh-settings.ts";
import { CalledWorkloads } from "#core/traffic/called-workloads.ts";
import type { ConcernContext, ConcernInput } from "#core/traffic/concern.ts";

/** What is looked up once for all changes, whatever was measured. */
export function lookUpConcerned({
  mesh,
  instances,
  resources,
}: Pick<ConcernInput, "mesh" | "instances" | "resources">): Pick<ConcernContext, "called" | "trustDomains"> {
  return {
    called: new CalledWorkloads(instances, resources),
    trustDomains: trustDomainsOf(mesh, settingsOf(mesh, resources)),
  };
}
