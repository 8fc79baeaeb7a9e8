import { analyzeAlone } from "#cli/commands/analyze-alone.ts";
import { formatPath } from "#core/schema/path.ts";
import { type PublishedFile, writeMesh } from "#testing/oracle/published/read-published.ts";
import { isOfIstio, type Manifest } from "#testing/oracle/published/stand-in.ts";

/** `severity code resource path: message` of what is found on a file's own resources of Istio; the rest of the mesh is beside it. */
export function findInFile({ name, manifests }: PublishedFile, beside: readonly Manifest[] = []): readonly string[] {
  const own = new Set(manifests.filter(isOfIstio).map(refOf));
  if (own.size === 0) return [];
  const known = new Set(manifests.map(keyOf));
  const others = beside.filter((each) => !known.has(keyOf(each)) && known.add(keyOf(each)));
  const { findings } = analyzeAlone([{ op: "upsert", text: writeMesh([...manifests, ...others]), file: name }]);
  return findings
    .filter(({ resource }) => resource === undefined || own.has(resource))
    .map(
      ({ severity, code, resource = "", path = [], message }) =>
        `${severity} ${code} ${resource} ${formatPath(path)}: ${message}`,
    );
}

function refOf({ kind, metadata = {} }: Manifest): string {
  return `${kind}/${metadata.namespace ?? "default"}/${metadata.name}`;
}

/** Kubernetes has a Gateway of its own. */
function keyOf(manifest: Manifest): string {
  return `${manifest.apiVersion?.split("/")[0]} ${refOf(manifest)}`;
}
