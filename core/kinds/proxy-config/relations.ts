import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { severalProxyConfigs } from "#core/kinds/proxy-config/checks/several-proxy-configs.ts";
import { explainProxyConfig } from "#core/kinds/proxy-config/explain.ts";
import { NOT_CONCERNED } from "#core/traffic/concern.ts";

export const proxyConfigRelations: KindRelations<"ProxyConfig"> = {
  checks: [severalProxyConfigs],
  explain: explainProxyConfig,
  concern: () => ({ basis: "nothing: requests go as they did", of: () => NOT_CONCERNED }),
};
