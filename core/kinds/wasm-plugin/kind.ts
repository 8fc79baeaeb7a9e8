import { defineKind } from "#core/kinds/kind.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import { describeExtension, describeModule } from "#core/kinds/traffic-extension/describe-extension.ts";
import { validateModule } from "#core/kinds/traffic-extension/validate-module.ts";
import { validatePlacing } from "#core/kinds/traffic-extension/validate-placing.ts";
import { WASM_PLUGIN } from "#core/kinds/wasm-plugin/schema.ts";

export const wasmPlugin = defineKind({
  group: "extensions.istio.io",
  plural: "wasmplugins",
  short: "wasmplugin",
  area: "traffic",
  blame: 0,
  schema: WASM_PLUGIN,
  validate: ({ spec }) => [...validateTargets(spec), ...validatePlacing(spec), ...validateModule(spec, ["spec"])],
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  template: { url: "https://", sha256: "" },
  effect: (resource, rootNamespace) =>
    describeExtension(describeModule(resource.spec), resource, resource.spec.type !== "NETWORK", rootNamespace),
});
