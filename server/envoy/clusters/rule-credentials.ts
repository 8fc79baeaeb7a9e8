import type { NamedCredential } from "#core/resolve/credential-use.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import { ruleTls } from "#core/resolve/rule-tls.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/** Who asks for credentials, by its registration. */
export interface CredentialTaker {
  readonly namespace: string;
  readonly labels: Labels;
  readonly isGateway: boolean;
}

/** What the rules for those whom it calls name: of each host the rule that applies, and no other; of a sidecar those alone that choose it by its labels. */
export function listRuleCredentials(
  world: CompileReader,
  { namespace, labels, isGateway }: CredentialTaker,
): (NamedCredential & { readonly origin: Origin })[] {
  const hosts = world.deriveList("hosts of rules with credentials", () => [
    ...new Set(world.all("DestinationRule").flatMap((rule) => ruleTls.credentialHosts(rule, world.mesh.domainSuffix))),
  ]);
  const services = hosts.flatMap((host) => world.servicesUnder(host, namespace));
  return services.flatMap((service) => {
    const rule = world.destinationRule(service.host, namespace, service.namespace, labels);
    return rule === undefined || !ruleTls.givesCredentials(rule, isGateway) ? [] : ofRule(rule);
  });
}

function ofRule(rule: ResolvedRule): (NamedCredential & { readonly origin: Origin })[] {
  const [first] = rule.rules;
  const origin = { resource: first === undefined ? "" : formatRef(refOf(first)) };
  return ruleTls.of(rule).flatMap((tls) => ruleTls.named(tls).map((each) => ({ ...each, origin })));
}
