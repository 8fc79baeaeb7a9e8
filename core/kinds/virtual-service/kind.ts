import { defineKind } from "#core/kinds/kind.ts";
import { describeVirtualService } from "#core/kinds/virtual-service/effect.ts";
import { VIRTUAL_SERVICE } from "#core/kinds/virtual-service/schema.ts";
import { validateVirtualService } from "#core/kinds/virtual-service/validate.ts";

export const virtualService = defineKind({
  group: "networking.istio.io",
  plural: "virtualservices",
  short: "vs",
  area: "traffic",
  form: "routing",
  blame: 1,
  exported: "virtualServices",
  schema: VIRTUAL_SERVICE,
  validate: ({ spec, metadata }) => validateVirtualService(spec, metadata.namespace),
  template: { hosts: [], http: [] },
  hosts: ({ hosts = [] }) => hosts,
  effect: ({ spec }) => describeVirtualService(spec),
});
