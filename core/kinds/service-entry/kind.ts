import { defineKind } from "#core/kinds/kind.ts";
import { describeServiceEntry } from "#core/kinds/service-entry/effect.ts";
import { SERVICE_ENTRY } from "#core/kinds/service-entry/schema.ts";
import { validateServiceEntry } from "#core/kinds/service-entry/validate.ts";

export const serviceEntry = defineKind({
  group: "networking.istio.io",
  plural: "serviceentries",
  short: "se",
  area: "traffic",
  blame: 7,
  exported: "services",
  schema: SERVICE_ENTRY,
  validate: ({ spec, metadata }) => validateServiceEntry(spec, metadata.namespace),
  selector: ({ workloadSelector }) => ({
    labels: workloadSelector?.labels,
    path: ["spec", "workloadSelector"],
    among: "own-namespace",
  }),
  template: {
    hosts: ["api.example.com"],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number: 443, name: "https", protocol: "HTTPS" }],
  },
  hosts: ({ hosts }) => hosts,
  effect: ({ spec }) => describeServiceEntry(spec),
});
