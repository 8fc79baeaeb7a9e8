import { defineKind } from "#core/kinds/kind.ts";
import { describeExtension, describeModule } from "#core/kinds/traffic-extension/describe-extension.ts";
import { TRAFFIC_EXTENSION } from "#core/kinds/traffic-extension/schema.ts";
import { validateTrafficExtension } from "#core/kinds/traffic-extension/validate.ts";

export const trafficExtension = defineKind({
  group: "extensions.istio.io",
  plural: "trafficextensions",
  short: "trafficextension",
  area: "traffic",
  blame: 0,
  schema: TRAFFIC_EXTENSION,
  validate: ({ spec }) => validateTrafficExtension(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  template: { lua: { inlineCode: "" } },
  effect: (resource, rootNamespace) => {
    const { wasm } = resource.spec;
    const what = wasm === undefined ? "a script" : describeModule(wasm);
    return describeExtension(what, resource, wasm?.type !== "NETWORK", rootNamespace);
  },
});
