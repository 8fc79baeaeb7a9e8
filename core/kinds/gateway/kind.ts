import { describeGateway } from "#core/kinds/gateway/effect.ts";
import { listGatewayCredentials, listGatewayFiles } from "#core/kinds/gateway/files.ts";
import { GATEWAY } from "#core/kinds/gateway/schema.ts";
import { validateGateway } from "#core/kinds/gateway/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const gateway = defineKind({
  group: "networking.istio.io",
  plural: "gateways",
  short: "gw",
  area: "traffic",
  blame: 4,
  schema: GATEWAY,
  validate: ({ spec }) => validateGateway(spec),
  selector: ({ selector }) => ({ labels: selector, path: ["spec", "selector"], among: "mesh" }),
  template: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
  hosts: ({ servers }) => [...new Set(servers.flatMap(({ hosts }) => hosts))],
  files: listGatewayFiles,
  credentials: listGatewayCredentials,
  effect: ({ spec }) => describeGateway(spec),
});
