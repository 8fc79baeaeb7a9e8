import { createCheckContext } from "#core/check/context.ts";
import type { Finding } from "#core/check/rule.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";

const CODE = "instances-without-group";

/** Instances, as they were registered, that the configuration as it is now takes out of the mesh and the one before did not. */
export function findLeaving(was: Snapshot, now: Snapshot): Diagnostic[] {
  const rule = relationsOf("WorkloadGroup").checks.find(({ code }) => code === CODE);
  if (rule === undefined || !("check" in rule) || was.instances.length === 0) return [];
  const find = (snapshot: Snapshot) => {
    const context = createCheckContext(snapshot);
    return rule.check(context.of("WorkloadGroup"), context);
  };
  const found = find({ ...was, resources: now.resources });
  if (found.length === 0) return [];
  const had = new Set(find(was).map(keyOf));
  return found.filter((finding) => !had.has(keyOf(finding))).map((finding) => ({ code: CODE, ...finding }));
}

/** Names of instances are those of a namespace: in another one the same may leave. */
function keyOf({ resource, message }: Finding): string {
  return `${resource}: ${message}`;
}
