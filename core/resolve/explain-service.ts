import { hostMatches } from "#core/host/host.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { answeringInstances } from "#core/resolve/answering-instances.ts";
import type { AppliedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { callersOf, rulesByCaller } from "#core/resolve/callers-of.ts";
import { delegatesOf, hasDelegates } from "#core/resolve/delegates.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { namingRoutes } from "#core/resolve/naming-routes.ts";
import { instancesOf, servicesByHost } from "#core/resolve/service.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, type Resource, type ResourceRef, refOf } from "#core/resource/resource.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import { declareServices } from "#core/sources/declare-service.ts";

/** Of one resource, or of all. */
type Explain = (host: string, resources?: readonly AnyResource[]) => readonly AppliedResource[];

/** Which resources bear on a service, or on a host that VirtualServices alone name, and why; those that look as if they did and do not are told too. */
export function explainService(written: Snapshot, host: string): readonly AppliedResource[] {
  return createExplainer(written)(host);
}

/** The same of any number of services: what does not depend on the service is made once. */
export function createExplainer(written: Snapshot): Explain {
  const snapshot = withMeshExports(written);
  const { rootNamespace } = snapshot.mesh;
  const declared = declareServices(snapshot.resources);
  const reader = createSnapshotReader(snapshot);
  const all: ServiceQuestion["all"] = (kind) => ofKind(snapshot.resources, kind);
  const routing = all("VirtualService").filter(hasDelegates);
  const delegatingTo = ({ namespace: within, name }: ResourceRef) =>
    routing.filter((root) => delegatesOf(root).some((each) => each?.[0] === within && each[1] === name));
  const byAge = sortByAge(snapshot.resources);
  const expected = waitingWorkloads(snapshot);
  return (host, resources = byAge) => {
    const declarations = declared.filter(({ hosts }) => hosts.includes(host));
    const service = servicesByHost(declarations).get(host);
    const namespace = service?.namespace ?? namingRoutes(snapshot, host)[0]?.metadata.namespace;
    if (namespace === undefined) return [];
    const callers = callersOf(declarations, rootNamespace);
    const callersAt = (patterns: readonly string[]) =>
      patterns.length === 1 && patterns[0] === host
        ? callers
        : callersOf(
            declared.filter(({ hosts }) =>
              hosts.some((each) => patterns.some((pattern) => hostMatches(pattern, each))),
            ),
            rootNamespace,
          );
    const question = {
      ...{ callersAt, delegatingTo, all, reader, host, namespace, callers },
      isDeclared: service !== undefined,
      running: service === undefined ? [] : answeringInstances(reader, service, snapshot.instances),
      waiting: service === undefined ? [] : instancesOf(service, expected),
      rulesFor: rulesByCaller(reader, host),
    };
    return resources.flatMap((resource) => {
      const explained = explain(resource, question);
      return explained === undefined ? [] : [{ ref: formatRef(refOf(resource)), ...explained }];
    });
  };
}

function explain<K extends Kind>(resource: Resource<K>, question: ServiceQuestion) {
  return relationsOf(resource.kind).explain?.(resource, question);
}
