import type { Diagnostic } from "#core/diagnostic.ts";
import { validateReach } from "#core/kinds/envoy-filter/validate-reach.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import type { TrafficExtensionSpec } from "#core/kinds/traffic-extension/schema.ts";
import { validateModule } from "#core/kinds/traffic-extension/validate-module.ts";
import { validatePlacing } from "#core/kinds/traffic-extension/validate-placing.ts";

export function validateTrafficExtension(spec: TrafficExtensionSpec): Diagnostic[] {
  const { wasm, lua } = spec;
  return [
    ...validateTargets(spec),
    ...validatePlacing(spec),
    ...(wasm === undefined ? [] : validateModule(wasm, ["spec", "wasm"])),
    // A script can call clusters, as a patch can lead to them.
    ...(lua === undefined ? [] : validateReach(lua.inlineCode, ["spec", "lua", "inlineCode"])),
  ];
}
