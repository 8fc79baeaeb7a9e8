import { defineKind } from "#core/kinds/kind.ts";
import { describeProxyConfig } from "#core/kinds/proxy-config/effect.ts";
import { PROXY_CONFIG_RESOURCE } from "#core/kinds/proxy-config/schema.ts";
import { validateProxyConfig } from "#core/kinds/proxy-config/validate.ts";

export const proxyConfig = defineKind({
  group: "networking.istio.io",
  versions: ["v1beta1"],
  plural: "proxyconfigs",
  short: "proxyconfig",
  area: "traffic",
  blame: 10,
  schema: PROXY_CONFIG_RESOURCE,
  validate: ({ spec }) => validateProxyConfig(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace",
  }),
  template: { concurrency: 2 },
  effect: describeProxyConfig,
});
