import * as fc from "fast-check";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { anyPolicy, PROVIDERS } from "#testing/oracle/arbitrary/any-policy.ts";
import { CALLED, CALLED_GATEWAY, CALLED_SERVICES, GATEWAY_ROUTES } from "#testing/oracle/arbitrary/called-workload.ts";
import { type Comparison, type Difference, defineArea } from "#testing/oracle/area.ts";
import { type Caller, isHit, isLetIn } from "#testing/oracle/envoy/decide-rbac.ts";
import { connectionManagerOf } from "#testing/oracle/envoy/find-filter-chain.ts";
import { AUTHORIZATION_CAUSES } from "#testing/oracle/explained-authorization.ts";
import type { Built, Part } from "#testing/oracle/istio.ts";
import { at, entriesAt, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";
import { compareWithout } from "#testing/oracle/without-causes.ts";
import { askIstio, askPharos, keepTaken, type World, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners", "routes"];
const HTTP_PORT = 8080;
const TCP_PORT = 9000;
const CALLERS = 40;
const RBAC_ORDER = ["audit", "deny", "allow"];

const anyCaller: fc.Arbitrary<Omit<Caller, "port">> = fc
  .record({
    account: fc.constantFrom(
      undefined,
      "default/sa/a",
      "prod/sa/b",
      "d-f/sa/c",
      "default/sa/ab",
      "acb/sa/q",
      "other.org default/sa/a",
    ),
    address: fc.constantFrom("10.0.0.1", "10.2.3.4", "192.168.1.1", "8.8.8.8", "::1", "2001:db8::7"),
    method: fc.constantFrom("GET", "POST", "DELETE", "PUT"),
    path: fc.constantFrom("/a", "/a/b", "/ab", "/x/1/y", "/x/1/2/y", "/x/", "/x", "/b", "/A", "/x/1", "/a?q=1", "/q/y"),
    host: fc.constantFrom("a.com", "A.COM", "b.com", "a.com:80", "a.org"),
    headers: fc.constantFrom<Record<string, string>>(
      {},
      { "x-a": "1" },
      { "x-a": "12" },
      { "x-a": "21" },
      { "x-a": "" },
    ),
    sni: fc.constantFrom(undefined, "s.com", "x.org"),
    claims: fc.constantFrom<Json>(
      undefined,
      { iss: "iss", sub: "ann", aud: "aud", groups: ["a", "c"], azp: "web" },
      { iss: "iss", sub: "bob", aud: ["aud", "b"], groups: "a", realm: { role: "x" } },
      { iss: "other", sub: "ann", groups: [], realm: { role: ["x", "y"] } },
      { sub: "ann", aud: [] },
    ),
  })
  .map(({ account, sni, claims, ...rest }) => ({
    ...rest,
    ...(account === undefined ? {} : { uri: uriOf(account) }),
    ...(sni === undefined ? {} : { sni }),
    ...(claims === undefined ? {} : { claims }),
  }));

/** Of `[TRUST DOMAIN ]NAMESPACE/sa/ACCOUNT`. */
function uriOf(text: string): string {
  const [account = "", domain = "cluster.local"] = text.split(" ").reverse();
  return `spiffe://${domain}/ns/${account}`;
}

/** All trust domains that callers come from are the mesh's: whoever is of another gets no further than its handshake. */
const settingsOf = (trustDomainAliases: readonly string[]): Written => ({
  kind: "MeshConfig",
  ...MESH_CONFIG_PLACE,
  age: 0,
  spec: { trustDomainAliases, extensionProviders: PROVIDERS },
});
const PROXIES = [CALLED, CALLED_GATEWAY];
const PLACES = PROXIES.flatMap(({ key }) => [HTTP_PORT, TCP_PORT].map((port) => ({ key, port })));

/** Who is let in to a workload's and a gateway's HTTP and TCP ports. */
export const authorization = defineArea({
  name: "authorization",
  cases: fc.record({
    aliases: fc.constantFrom<readonly string[]>(["other.org"], ["other.org"], ["old.net", "other.org"]),
    policies: fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyPolicy(index)))),
    callers: fc.array(anyCaller, { minLength: CALLERS, maxLength: CALLERS, size: "max" }),
  }),
  write: ({ aliases, policies }) => writeWorld([settingsOf(aliases), ...policies]),
  compare: ({ aliases, policies, callers }, istio) => {
    const own = [settingsOf(aliases), ...CALLED_SERVICES, ...GATEWAY_ROUTES];
    const worldOf = async (given: readonly Written[]): Promise<World> => {
      return { documents: [...own, ...(await keepTaken(given, istio))], proxies: PROXIES, parts: PARTS };
    };
    return compareWithout(AUTHORIZATION_CAUSES, policies, {
      here: async (given) => askPharos(await worldOf(given)),
      inIstio: async (given) => askIstio(istio, await worldOf(given)),
      compare: (here, inIstio) => compareDecisions(callers, here, inIstio),
    });
  },
});

function compareDecisions(
  callers: readonly Omit<Caller, "port">[],
  ours: Readonly<Record<string, Built>>,
  theirs: Readonly<Record<string, Built>>,
): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  for (const { key, port } of PLACES) {
    const [here, there] = [rulesHere(ours[key], port), rulesInIstio(theirs[key], port)];
    for (const { method, path, host, headers, claims, ...connection } of callers) {
      const caller: Caller =
        port === HTTP_PORT
          ? ({ ...connection, method, path, host, headers, claims, port } as Caller)
          : { ...connection, headers: {}, port };
      compared += 1;
      const [does, doesThere] = [becomes(here, caller), becomes(there, caller)];
      if (does === doesThere) continue;
      const what = `${port === HTTP_PORT ? "HTTP" : "TCP"}: ${does} here, ${doesThere} in Istio`;
      differences.push({ what, where: `${key} ${JSON.stringify(caller)}` });
    }
  }
  return { compared, differences };
}

/** Where captured connections to the port are taken, or the port's own are at a gateway; throws where none are: nobody would be refused. */
function chainAt(built: Built | undefined, port: number): Json {
  const inbound = built?.listeners.find((each) => textAt(each, "name") === "virtualInbound");
  const captured = listAt(inbound, "filterChains").find(
    (each) => numberAt(each, "filterChainMatch", "destinationPort") === port,
  );
  const own = built?.listeners.find((each) => numberAt(each, "address", "socketAddress", "portValue") === port);
  const chain = captured ?? listAt(own, "filterChains")[0];
  if (chain === undefined) throw new Error(`nothing is taken at port ${port}`);
  return chain;
}

const TRIED = /^istio_dry_run_/;

interface Rules {
  readonly deciding: readonly Json[];
  /** What they would refuse is noted. */
  readonly tried: readonly Json[];
  /** By whom to ask: what they match is asked about. */
  readonly asking: readonly (readonly [provider: string, rules: Json])[];
}

/** Whom somebody is asked about is let in where they say so, and no rule refuses it. */
function becomes({ deciding, tried, asking }: Rules, caller: Caller): string {
  const asked = asking.filter(([, rules]) => isHit(rules, caller)).map(([provider]) => provider);
  const marks = asking.map(([provider]) => `ext_authz_${provider}_shadow_engine_result`);
  const noted = isLetIn(tried, { ...caller, marks }) ? "" : " and noted";
  const isIn = `${isLetIn(deciding, { ...caller, marks }) ? "let in" : "refused"}${noted}`;
  return asked.length === 0 ? isIn : `${isIn} when asked ${[...new Set(asked)].sort().join(", ")}`;
}

function rulesOf(filters: readonly Json[]): Rules {
  const configs = filters
    .filter((each) => textAt(each, "name")?.includes("rbac") === true)
    .map((each) => at(each, "typedConfig"));
  return {
    deciding: configs.map((each) => at(each, "rules")).filter((rules) => rules !== undefined),
    tried: configs.flatMap(triedIn),
    asking: configs.flatMap((each) => askingOf(each)),
  };
}

function triedIn(config: Json): readonly Json[] {
  const rules = at(config, "shadowRules");
  return rules !== undefined && TRIED.test(textAt(config, "shadowRulesStatPrefix") ?? "") ? [rules] : [];
}

/** Rules that only leave a mark on whom to ask about: here a filter for each provider, in Istio a prefix of their names. */
function askingOf(config: Json): readonly (readonly [string, Json])[] {
  const rules = at(config, "shadowRules");
  const own = /^ext_authz_(.*)_$/.exec(textAt(config, "shadowRulesStatPrefix") ?? "")?.[1];
  if (own !== undefined) return [[own, rules]];
  return PROVIDERS.map(({ name }) => {
    const policies = entriesAt(rules, "policies").filter(([id]) => id.startsWith(`istio-ext-authz-${name}-`));
    return [name, { policies: Object.fromEntries(policies) }] as const;
  });
}

function rulesInIstio(built: Built | undefined, port: number): Rules {
  const chain = chainAt(built, port);
  const manager = connectionManagerOf(chain);
  return rulesOf(manager === undefined ? listAt(chain, "filters") : listAt(manager, "httpFilters"));
}

/** Policies about requests are in the routes here (docs/adr/0010-policies-in-routes.md). */
function rulesHere(built: Built | undefined, port: number): Rules {
  const chain = chainAt(built, port);
  const name = textAt(connectionManagerOf(chain), "rds", "routeConfigName");
  if (name === undefined) return rulesOf(listAt(chain, "filters"));
  const routes = built?.routes.find((each) => textAt(each, "name") === name);
  const rules = entriesAt(routes, "typedPerFilterConfig").filter(([filter]) => filter.includes("rbac"));
  const isAsking = ([filter]: readonly [string, Json]): boolean => filter.includes(".custom.");
  const own = rules
    .filter((each) => !isAsking(each))
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .map(([, config]) => at(config, "rbac"));
  return {
    deciding: own.map((config) => at(config, "rules")).filter((each) => each !== undefined),
    tried: own.flatMap(triedIn),
    asking: rules.filter(isAsking).flatMap(([, config]) => askingOf(at(config, "rbac"))),
  };
}

function rankOf(filter: string): number {
  return RBAC_ORDER.indexOf(filter.split(".").at(-1) ?? "");
}
