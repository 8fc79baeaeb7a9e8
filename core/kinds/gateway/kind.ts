import { GATEWAY } from "#core/kinds/gateway/schema.ts";
import { validateGateway } from "#core/kinds/gateway/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const gateway = defineKind({
  group: "networking.istio.io",
  plural: "gateways",
  short: "gw",
  schema: GATEWAY,
  validate: ({ spec }) => validateGateway(spec),
  template: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
});
