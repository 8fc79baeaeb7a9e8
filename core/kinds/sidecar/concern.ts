import { mayBeHttp, protocolOf } from "#core/model/protocol.ts";
import type { ServiceDeclaration } from "#core/model/service.ts";
import { settingsOf } from "#core/resolve/mesh-settings.ts";
import { groupByHost } from "#core/resolve/service.ts";
import { importedTexts, importsHost, importsOfClusters, readImports, resolveSidecar } from "#core/resolve/sidecar.ts";
import { resolveUnknownCalls } from "#core/resolve/unknown-calls.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny } from "#core/traffic/concern-hosts.ts";

type Sidecar = Resource<"Sidecar">;
/** Whether callers know a host; a text: a call to it goes where calls to all that they do not know go, equal for equal ones. */
type Knows = (host: string, port: number) => boolean | string;

interface Change {
  readonly before: Knows;
  readonly after: Knows;
}

/** Calls to what callers come to know, or know no longer; and to what nobody knows, where that is treated otherwise. */
export function concernBySidecar(
  change: ChangeOf<"Sidecar">,
  { resources, instances, mesh }: ConcernContext,
): Concerning {
  const settings = settingsOf(mesh, resources);
  const touched = new Set(versionsOf(change).map((each) => formatRef(refOf(each))));
  const now = ofKind(resources, "Sidecar");
  const next = [
    ...now.filter((each) => !touched.has(formatRef(refOf(each)))),
    ...(change.after === undefined ? [] : [change.after]),
  ];
  const callers = Map.groupBy(instances, ({ namespace, workload }) => `${namespace}/${workload}`);
  const declarations = groupByHost(declareServices(resources));
  const knowing = (sidecar: Sidecar | undefined, namespace: string): Knows => {
    const texts = sidecar === undefined ? undefined : importedTexts(sidecar);
    const imports = texts === undefined ? undefined : readImports(texts, namespace);
    const unknown = resolveUnknownCalls(sidecar, settings, mesh.domainSuffix);
    const others = unknown.kind === "refused" ? false : JSON.stringify(unknown);
    return (host, port) => {
      const declared = declarations.get(host);
      if (declared === undefined) return others;
      if (imports === undefined) return true;
      const isKnown = declared.some((each) => {
        const by = isConnected(each, port) ? importsOfClusters(imports) : imports;
        return importsHost(by, host, each.namespace, port);
      });
      return isKnown || others;
    };
  };
  /** Of those of its instances that get another Sidecar, each difference once. */
  const changesOf = (caller: string): Change[] => {
    const all = (callers.get(caller) ?? []).map((instance) => ({
      before: resolveSidecar(now, instance, mesh.rootNamespace),
      after: resolveSidecar(next, instance, mesh.rootNamespace),
      namespace: instance.namespace,
    }));
    return all
      .filter(({ before, after }, at) => {
        const first = all.findIndex((each) => each.before === before && each.after === after);
        return before !== after && first === at;
      })
      .map(({ before, after, namespace }) => ({
        before: knowing(before, namespace),
        after: knowing(after, namespace),
      }));
  };
  const changes = new Map<string, readonly Change[]>();
  return concernByAny("calls to what callers come to know, or know no longer", [
    ({ caller, key }) => {
      const known = changes.get(caller) ?? changesOf(caller);
      changes.set(caller, known);
      return known.some(
        ({ before, after }) =>
          before(key.destinationService, key.destinationPort) !== after(key.destinationService, key.destinationPort),
      );
    },
  ]);
}

/** Callers find it by its address, whichever names they know. */
function isConnected({ ports }: ServiceDeclaration, number: number): boolean {
  return ports.some((each) => each.number === number && !mayBeHttp(protocolOf(each)));
}
