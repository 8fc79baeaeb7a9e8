import type { Snapshot } from "#core/registry/snapshot.ts";
import type { ExplainedResource } from "#core/resolve/applied-resource.ts";
import { createExplainer } from "#core/resolve/explain-service.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";

/** A service that a resource bears on, or looks as if it did, and why. */
export interface ReachedService extends ExplainedResource {
  readonly host: string;
}

export interface Reach {
  /** Those first where it applies. */
  readonly services: readonly ReachedService[];
  /** Services of the mesh that were not asked: there are too many. */
  readonly unasked: number;
}

/** Each costs a look at every instance. */
const ASKED_MAX = 1000;

/** The services that a resource bears on; those of its own namespace are asked first. Empty where there is no such resource. */
export function explainReach(snapshot: Snapshot, ref: string): Reach {
  const asked = snapshot.resources.filter((resource) => formatRef(refOf(resource)) === ref);
  const [resource] = asked;
  if (resource === undefined) return { services: [], unasked: 0 };
  const declared = declareServices(withMeshExports(snapshot).resources);
  const isOwn = ({ namespace }: (typeof declared)[number]) => namespace === resource.metadata.namespace;
  const ordered = [...declared.filter(isOwn), ...declared.filter((each) => !isOwn(each))];
  const hosts = [...new Set(ordered.flatMap((each) => each.hosts))];
  const explain = createExplainer(snapshot);
  const services = hosts
    .slice(0, ASKED_MAX)
    .flatMap((host) => explain(host, asked).map(({ ref: _ref, ...explained }) => ({ host, ...explained })))
    .sort((a, b) => Number(b.applies) - Number(a.applies) || (a.host < b.host ? -1 : 1));
  return { services, unasked: Math.max(0, hosts.length - ASKED_MAX) };
}
