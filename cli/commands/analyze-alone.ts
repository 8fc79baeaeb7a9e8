import type { UpsertChange } from "#cli/commands/read-changes.ts";
import { checkConfig } from "#core/check/check-config.ts";
import { setAside } from "#core/check/set-aside.ts";
import { type Diagnostic, hasErrors } from "#core/diagnostic.ts";
import { describeLeftOut } from "#core/resource/describe-left-out.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { placeBy } from "#core/resource/place-by.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { tellOnce } from "#core/resource/tell-once.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

/** A mesh that is told nothing else: Istio's names. */
const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: ROOT_NAMESPACE,
  traceSampling: 0,
};

/** What is wrong with the documents by themselves and with each other, as if they were all there is; and whether any would be refused. */
export function analyzeAlone(changes: readonly UpsertChange[]): {
  readonly isRefused: boolean;
  readonly findings: readonly Diagnostic[];
} {
  const read = changes.map(({ text, file, namespace }) => parseDocuments(text, { file, defaultNamespace: namespace }));
  const resources = read.flatMap((each) => each.resources);
  // The first of those that are written twice is the one that findings are about.
  const placers = new Map(
    read
      .flatMap(({ documents }) => documents.map(({ resource, place }) => [formatRef(refOf(resource)), place] as const))
      .reverse(),
  );
  const found = checkConfig({ revision: 0, mesh: MESH, resources, instances: [] });
  const diagnostics = read.flatMap((each) => each.diagnostics);
  return {
    isRefused: hasErrors(diagnostics),
    findings: setAside(
      [...tellOnce(diagnostics, placeBy(found, placers)), ...describeLeftOut(diagnostics, resources.length > 0)],
      resources,
      Date.now(),
    ),
  };
}
