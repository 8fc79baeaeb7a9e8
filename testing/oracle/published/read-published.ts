import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { isOfIstio, type Manifest, standIn } from "#testing/oracle/published/stand-in.ts";

export interface PublishedFile {
  /** Below the module. */
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

/** All YAML below a folder of the module, sorted; what is a template of something is left out. */
export function readPublished(module: string, folder: string): readonly PublishedFile[] {
  return readdirSync(join(module, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => {
      const text = readFileSync(join(module, folder, name), "utf8");
      const manifests = text.includes("{{") ? undefined : readManifests(text);
      return manifests === undefined ? [] : [{ name: relative(module, join(module, folder, name)), manifests }];
    });
}

/** Undefined where it is no YAML. */
export function readManifests(text: string): readonly Manifest[] | undefined {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents
    .map((each) => each.toJS() as unknown)
    .filter((each): each is Manifest => typeof each === "object" && each !== null && !Array.isArray(each))
    .flatMap((each) => (each.kind === "List" ? (each.items ?? []) : [each]));
}

/** The documents of Istio's kinds, and what stands for those of Kubernetes, as text. */
export function writeMesh(manifests: readonly Manifest[]): string {
  return manifests
    .flatMap((each) => (isOfIstio(each) ? [each] : (standIn(each) ?? [])))
    .map((each) => stringify(each, { aliasDuplicateObjects: false }))
    .join("---\n");
}
