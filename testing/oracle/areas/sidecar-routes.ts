import * as fc from "fast-check";
import { routePatches } from "#testing/oracle/arbitrary/any-envoy-filter.ts";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { anyRequests } from "#testing/oracle/arbitrary/any-request.ts";
import { anySidecar } from "#testing/oracle/arbitrary/any-sidecar.ts";
import {
  anyHashRule,
  delegation,
  httpServices,
  SERVICE_ADDRESSES,
  SERVICE_IPV6_ADDRESSES,
  SERVICES,
  seldom,
  virtualService,
} from "#testing/oracle/arbitrary/meeting-documents.ts";
import { defineArea } from "#testing/oracle/area.ts";
import { compareAnswers } from "#testing/oracle/compare-answers.ts";
import type { Part } from "#testing/oracle/istio.ts";
import { textAt } from "#testing/oracle/json.ts";
import { DUAL_SIDECARS as SIDECARS } from "#testing/oracle/proxies.ts";
import { askIstio, askPharos, keepTaken, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["routes"];
const PORTS = [80, 9080];
/** Of a port, and of a service's port at its own addresses, where no protocol is declared. */
const TABLES = PORTS.flatMap((port) => [
  { at: `port ${port}`, table: String(port) },
  ...SERVICES.map((host) => ({ at: `own ${host}:${port}`, table: `${host}:${port}` })),
]);
const HOSTS = [
  "s0",
  "s0.default",
  "s0.default.svc",
  ...SERVICES,
  "s1",
  "s1.prod",
  "s2.example.com:80",
  "x.default.svc.cluster.local",
  "y.example.com",
  "o.org",
  SERVICE_ADDRESSES[0],
  `${SERVICE_ADDRESSES[1]}:80`,
  `[${SERVICE_IPV6_ADDRESSES[0]}]`,
  `[${SERVICE_IPV6_ADDRESSES[1]}]:80`,
];
const ruleHosts = fc.constantFrom<readonly string[]>(
  ["s0"],
  [SERVICES[0]],
  [SERVICES[1]],
  ["s1"],
  [SERVICES[2]],
  ["*.default.svc.cluster.local"],
  ["*.example.com"],
  ["*.local"],
);
const bound = fc.constantFrom<object>({}, {}, {}, {}, { gateways: ["mesh", "default/g0"] });

/** What a sidecar's HTTP routes do with requests to services. */
export const sidecarRoutes = defineArea({
  name: "sidecar-routes",
  cases: fc.record({
    services: httpServices,
    rules: fc
      .array(fc.nat(), { minLength: 1, maxLength: 3 })
      .chain((list) => fc.tuple(...list.map((_, index) => virtualService(`v${index}`, ruleHosts, bound)))),
    hashes: fc.option(anyHashRule, { nil: undefined }),
    others: fc
      .tuple(
        seldom(anySidecar),
        seldom(anyMeshConfig),
        seldom(routePatches("ef0")),
        seldom(routePatches("ef1")),
        seldom(delegation(ruleHosts, bound)).map((all) => all.flat()),
      )
      .map((all) => all.flat()),
    requests: anyRequests(HOSTS),
  }),
  write: (tried) => writeWorld(documentsOf(tried)),
  async compare({ requests, ...tried }, istio) {
    const documents = await keepTaken(documentsOf(tried), istio);
    const world = { documents, proxies: SIDECARS, parts: PARTS };
    const [theirs, ours] = [await askIstio(istio, world), askPharos(world)];
    return compareAnswers(
      SIDECARS.flatMap((proxy) => TABLES.map((each) => ({ proxy: proxy.key, ...each }))),
      requests,
      ({ proxy, table }, built) => built[proxy]?.routes.find((each) => textAt(each, "name") === table),
      ours,
      theirs,
    );
  },
});

function documentsOf({
  services,
  rules,
  hashes,
  others,
}: {
  readonly services: readonly Written[];
  readonly rules: readonly Written[];
  readonly hashes: Written | undefined;
  readonly others: readonly Written[];
}): readonly Written[] {
  return [...services, ...rules, ...(hashes === undefined ? [] : [hashes]), ...others];
}
