import type { Document, Node } from "yaml";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { DOCUMENTS, KINDS } from "#core/kinds/kinds.ts";
import { nodeAtPath } from "#core/resource/locate-path.ts";
import type { Problem } from "#core/resource/problem-list.ts";
import { readKind } from "#core/resource/read-kind.ts";
import { readValue } from "#core/resource/read-value.ts";
import { type AnyResource, formatRef, type Metadata, refOf } from "#core/resource/resource.ts";
import { validateResource } from "#core/resource/validate-resource.ts";

export interface ReadDocument {
  /** Absent when anything in it is an error. */
  readonly resource?: AnyResource;
  /** `VirtualService/default/reviews`, as far as it could be read. */
  readonly ref?: string;
  readonly problems: readonly Problem[];
}

/** One YAML node that is to be a resource, checked field by field and then as a whole. */
export function readDocument(document: Document, root: Node | null, defaultNamespace: string): ReadDocument {
  const kind = readKind(root);
  if (typeof kind !== "string") return { problems: [kind] };
  const { isProtoJson }: KindDefinition = KINDS[kind];
  const { value, problems } = readValue(document, root, DOCUMENTS[kind], { isProtoJson });
  const found = [...problems];
  const raw = value as { apiVersion: string; metadata?: Partial<Metadata>; spec?: object };
  const name = raw.metadata?.name;
  if (name === undefined) return { problems: found };
  // What the schema guarantees, it guarantees only without problems; until then the value is only a name.
  const metadata = { namespace: defaultNamespace, ...raw.metadata, name };
  const resource = { apiVersion: raw.apiVersion, kind, metadata, spec: raw.spec ?? {} } as AnyResource;
  const ref = formatRef(refOf(resource));
  if (problems.some((problem) => problem.severity === "error")) return { ref, problems: found };
  for (const { path = [], ...diagnostic } of validateResource(resource))
    found.push({ ...diagnostic, path, node: nodeAtPath(document, root, path) });
  return found.some((problem) => problem.severity === "error")
    ? { ref, problems: found }
    : { ref, resource, problems: found };
}
