import type { ServiceDeclaration } from "#core/model/service.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { STRANGER } from "#core/resolve/service.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Names of namespaces among the scopes that something is exported to. */
export function namespacesIn(exportTo: readonly string[] = []): readonly string[] {
  return exportTo.filter((scope) => !["*", ".", "~"].includes(scope));
}

/**
 * Namespaces from which a host may look otherwise than from any other: those that declare it, those they name, the root, and one
 * that stands for all where nothing is.
 */
export function callersOf(declarations: readonly ServiceDeclaration[], rootNamespace: string): readonly string[] {
  const named = declarations.flatMap(({ namespace, exportTo }) => [namespace, ...namespacesIn(exportTo)]);
  return [...new Set([...named, rootNamespace, STRANGER])];
}

/**
 * The rules for a host as callers in a namespace have them, undefined too where they do not see it; each looked for once. Without labels:
 * those for callers that no rule is for by its labels, but one that asks for none.
 */
export function rulesByCaller(
  reader: Pick<MeshReader, "service" | "destinationRule">,
  host: string,
): (namespace: string, labels?: Labels) => ResolvedRule | undefined {
  const known = new Map<string, { readonly rule: ResolvedRule | undefined }>();
  return (namespace, labels = {}) => {
    const key = `${namespace} ${JSON.stringify(labels)}`;
    const service = known.has(key) ? undefined : reader.service(host, namespace);
    const answer = known.get(key) ?? {
      rule: service && reader.destinationRule(host, namespace, service.namespace, labels),
    };
    known.set(key, answer);
    return answer.rule;
  };
}
