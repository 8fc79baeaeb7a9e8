import { standsOver } from "#core/resolve/policies.ts";
import type { Resource } from "#core/resource/resource.ts";
import { labelText } from "#server/compile/label-text.ts";
import type { World } from "#server/compile/world.ts";

/** The policies that guard a workload: those of its namespace and of the root, as far as their selectors reach. */
export function policiesFor(
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly Resource<"AuthorizationPolicy">[] {
  return world.deriveList(`policies of ${namespace} ${labelText(labels)}`, () =>
    world
      .ofNamespace("AuthorizationPolicy", namespace)
      .filter((policy) => standsOver(policy, { namespace, labels }, world.mesh.rootNamespace)),
  );
}
