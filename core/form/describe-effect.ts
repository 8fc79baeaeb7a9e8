import { joinWords } from "#core/form/explain-policy.ts";
import { explainRouting } from "#core/form/explain-routing.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

const MTLS_WORDS = {
  STRICT: "Only mTLS",
  PERMISSIVE: "mTLS and plaintext",
  DISABLE: "Only plaintext",
  UNSET: "What stands above it",
} as const;

/**
 * What a resource does, in a line for a list; empty where its policy needs the catalog to be told (AuthorizationPolicy).
 * `rootNamespace` is where a policy is for the whole mesh.
 */
export function describeEffect(resource: AnyResource, rootNamespace: string): string {
  switch (resource.kind) {
    case "VirtualService":
      return describeRouting(resource);
    case "DestinationRule":
      return describeDestination(resource);
    case "Gateway":
      return describeGateway(resource);
    case "ServiceEntry":
      return describeService(resource);
    case "WorkloadGroup":
      return describeLabels(resource.spec.metadata?.labels, resource.spec.template.serviceAccount);
    case "WorkloadEntry":
      return joinParts([
        resource.spec.address ?? "",
        describeLabels(resource.spec.labels, resource.spec.serviceAccount),
      ]);
    case "PeerAuthentication":
      return describeMtls(resource, rootNamespace);
    case "AuthorizationPolicy":
      return "";
  }
}

function describeRouting(resource: Resource<"VirtualService">): string {
  const [first, ...rest] = explainRouting(readRoutingForm(resource));
  const tcp = resource.spec.tcp?.length ?? 0;
  if (first === undefined) return tcp > 0 ? "Routes TCP connections." : "No rule yet: nothing is routed.";
  const more = rest.length + tcp;
  return more === 0 ? first : `${first} And ${more} more ${more === 1 ? "rule" : "rules"}.`;
}

function describeDestination({ spec }: Resource<"DestinationRule">): string {
  const names = (spec.subsets ?? []).map(({ name }) => name);
  const fields = Object.keys(spec.trafficPolicy ?? {}).map(splitName);
  return joinParts([
    names.length === 0 ? "" : `Defines ${joinWords(names, "and")}`,
    fields.length === 0 ? "" : `sets ${joinWords(fields, "and")}`,
  ]);
}

function describeGateway({ spec }: Resource<"Gateway">): string {
  return joinParts(
    (spec.servers ?? []).map(({ port, hosts }) => {
      const names = hosts.map((host) => host.replace(/^\*\/|^\.\//, ""));
      return `${port.protocol} on ${port.number} for ${names.includes("*") ? "every host" : joinWords(names, "and")}`;
    }),
  );
}

function describeService({ spec }: Resource<"ServiceEntry">): string {
  const where = spec.location === "MESH_INTERNAL" ? "A service of the mesh" : "A service outside the mesh";
  const ports = (spec.ports ?? []).map(({ number, protocol }) => `${protocol ?? "TCP"} ${number}`);
  return joinParts([where, joinWords(ports, "and")]);
}

function describeMtls({ metadata, spec }: Resource<"PeerAuthentication">, rootNamespace: string): string {
  const labels = Object.entries(spec.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const target =
    labels.length > 0
      ? `workloads with ${joinWords(labels, "and")}`
      : metadata.namespace === rootNamespace
        ? "every workload of the mesh"
        : `every workload in ${metadata.namespace}`;
  const ports = Object.keys(spec.portLevelMtls ?? {}).length;
  const own = ports === 0 ? "" : `; ${ports} ${ports === 1 ? "port says" : "ports say"} otherwise`;
  return `${MTLS_WORDS[spec.mtls?.mode ?? "UNSET"]} on ${target}${own}`;
}

function describeLabels(labels: Readonly<Record<string, string>> | undefined, account: string | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return joinParts([account === undefined ? "" : `Account ${account}`, pairs.join(", ")]);
}

function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

/** "connection pool" of `connectionPool`. */
function splitName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
