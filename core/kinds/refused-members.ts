import { fieldLines } from "#core/kinds/field-lines.ts";
import type { Kind } from "#core/kinds/kinds.ts";

/**
 * The fields that Istio has in those that are refused whole, as references write them: for `docs/reference/fields.md`. The traffic
 * policies of subsets and ports have what that of a rule has.
 */
export const REFUSED_MEMBERS: { readonly [K in Kind]?: readonly string[] } = {
  Sidecar: fieldLines(`
    ingress[].tls.tlsCertificates[].caCertificates
    ingress[].tls.tlsCertificates[].privateKey
    ingress[].tls.tlsCertificates[].serverCertificate
  `),
  EnvoyFilter: fieldLines(`
    configPatches[].match.waypoint.filter.name
    configPatches[].match.waypoint.filter.subFilter.name
    configPatches[].match.waypoint.portNumber
    configPatches[].match.waypoint.route.name
    targetRefs[].group
    targetRefs[].kind
    targetRefs[].name
    targetRefs[].namespace
  `),
  WorkloadGroup: fieldLines(`
    probe.exec.command
  `),
};

/** What a refused field holds; nothing where it holds no others. The path is the field's. */
export function refusedMembers(kind: Kind, path: string): readonly string[] {
  const written = canonical(path);
  return (REFUSED_MEMBERS[kind] ?? [])
    .filter((each) => [".", "[]", "{}"].some((next) => each.startsWith(`${written}${next}`)))
    .map((each) => `${path}${each.slice(written.length)}`);
}

function canonical(path: string): string {
  return path
    .replace(/^subsets\[\]\.trafficPolicy\./, "trafficPolicy.")
    .replace(/^trafficPolicy\.portLevelSettings\[\]\.(?!port)/, "trafficPolicy.");
}
