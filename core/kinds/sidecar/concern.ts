import { groupByHost } from "#core/resolve/service.ts";
import { importedTexts, importsHost, readImports, refusesUnknown, resolveSidecar } from "#core/resolve/sidecar.ts";
import { byAge } from "#core/resource/by-age.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny } from "#core/traffic/concern-hosts.ts";

type Sidecar = Resource<"Sidecar">;

/** Calls to what callers come to know, or know no longer; and to what nobody knows, where that is treated otherwise. */
export function concernBySidecar(
  change: ChangeOf<"Sidecar">,
  { resources, instances, mesh }: ConcernContext,
): Concerning {
  const { rootNamespace } = mesh;
  const touched = new Set(versionsOf(change).map((each) => formatRef(refOf(each))));
  const now = ofKind(resources, "Sidecar").toSorted(byAge);
  const next = [
    ...now.filter((each) => !touched.has(formatRef(refOf(each)))),
    ...(change.after === undefined ? [] : [change.after]),
  ].sort(byAge);
  const callers = Map.groupBy(instances, ({ namespace, workload }) => `${namespace}/${workload}`);
  const declarations = groupByHost(declareServices(resources));
  const knows = (sidecar: Sidecar | undefined, host: string, namespace: string): boolean | "as said" => {
    const declared = declarations.get(host);
    if (declared === undefined) return refusesUnknown(sidecar) ? false : "as said";
    const texts = sidecar === undefined ? undefined : importedTexts(sidecar);
    if (texts === undefined) return true;
    const imports = readImports(texts, namespace);
    if (declared.some((each) => importsHost(imports, host, each.namespace))) return true;
    return refusesUnknown(sidecar) ? false : "as said";
  };
  return concernByAny("calls to what callers come to know, or know no longer", [
    ({ caller, key }) =>
      (callers.get(caller) ?? []).some((instance) => {
        const [before, after] = [now, next].map((all) => resolveSidecar(all, instance, rootNamespace));
        const { namespace } = instance;
        return knows(before, key.destinationService, namespace) !== knows(after, key.destinationService, namespace);
      }),
  ]);
}
