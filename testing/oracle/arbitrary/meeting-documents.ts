import * as fc from "fast-check";
import type { Kind } from "#core/kinds/kinds.ts";
import { fieldOf, meetingValue, type Own } from "#testing/oracle/arbitrary/meeting-value.ts";
import type { Written } from "#testing/oracle/world.ts";

export const NAMESPACES = ["default", "prod", "istio-system"] as const;
export const anyNamespace = fc.constantFrom(...NAMESPACES);
/** The mesh's own services; the last is outside. */
export const SERVICES = ["s0.default.svc.cluster.local", "s1.prod.svc.cluster.local", "s2.example.com"] as const;
const SERVICE_NAMESPACES = ["default", "prod", "default"] as const;
const AGE_MAX = 50;

export const rarely = <T extends object>(value: fc.Arbitrary<T>, weight = 2): fc.Arbitrary<T | object> =>
  fc.oneof({ weight, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: value });
/** One, or mostly none. */
export const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: value.map((each) => [each]) });
export const anyExportTo = rarely(
  fc.record({
    exportTo: fc.constantFrom(
      ["*"],
      ["."],
      ["prod"],
      ["default"],
      [".", "team"],
      ["prod", "default"],
      ["istio-system"],
    ),
  }),
);

/** A document of that name and kind; the arbitrary is of its spec. */
export function document(
  kind: Kind,
  name: string,
  namespace: fc.Arbitrary<string>,
  spec: fc.Arbitrary<object>,
): fc.Arbitrary<Written> {
  return fc.record({
    kind: fc.constant(kind),
    name: fc.constant(name),
    namespace,
    age: fc.nat({ max: AGE_MAX }),
    spec,
  });
}

/** Where callers find services besides by name. */
export const SERVICE_ADDRESSES = ["10.7.0.1", "10.7.0.2", "10.7.0.3"] as const;
export const SERVICE_IPV6_ADDRESSES = ["2001:db8:7::1", "2001:db8:7::2", "2001:db8:7::3"] as const;

const OWN_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  one: SERVICE_ADDRESSES,
  six: SERVICE_IPV6_ADDRESSES,
};

/** The services that rules are about, each with an HTTP port and sometimes another. */
export const httpServices: fc.Arbitrary<readonly Written[]> = fc.tuple(
  ...SERVICES.map((host, index) =>
    document(
      "ServiceEntry",
      `s${index}`,
      fc.constant(SERVICE_NAMESPACES[index] ?? "default"),
      fc
        .record({
          first: fc.constantFrom("HTTP", "HTTP", "GRPC", "HTTP2", ""),
          more: fc.constantFrom<string | undefined>(undefined, undefined, "HTTP", "TCP"),
          resolution: fc.constantFrom("STATIC", "STATIC", "STATIC", "DNS", "NONE"),
          addresses: fc.constantFrom<readonly string[]>([], [], [], ["one"], ["one", "10.9.0.0/16"], ["six"]),
          // One that its own namespace does not see is nobody's there on purpose.
          exported: rarely(
            fc.constantFrom({ exportTo: ["*"] }, { exportTo: ["."] }, { exportTo: [".", "istio-system"] }),
            6,
          ),
        })
        .map(({ first, more, resolution, addresses, exported }) => ({
          hosts: [host],
          location: index < 2 ? "MESH_INTERNAL" : "MESH_EXTERNAL",
          resolution,
          // What is looked up is at no range.
          addresses: addresses
            .filter((each) => !(resolution === "DNS" && each.includes("/")))
            .map((each) => OWN_ADDRESSES[each]?.[index] ?? each),
          ports: [
            { number: 80, name: "http", protocol: first },
            ...(more === undefined ? [] : [{ number: 9080, name: "p9080", protocol: more }]),
          ],
          ...(resolution === "NONE" ? {} : { endpoints: [{ address: "10.0.0.1", labels: { version: "v1" } }] }),
          ...exported,
        })),
    ),
  ),
);

const anyDestination: fc.Arbitrary<object> = fc
  .tuple(
    fc.record({ host: fc.constantFrom(...SERVICES, SERVICES[0]) }),
    fc.oneof(
      { weight: 1, arbitrary: fc.constant({}) },
      { weight: 4, arbitrary: fc.record({ port: fc.record({ number: fc.constantFrom(80, 80, 9080) }) }) },
    ),
    rarely(fc.record({ subset: fc.constantFrom("v1", "v2") })),
  )
  .map(([host, port, subset]) => ({ ...host, ...port, ...subset }));

const RULE = fieldOf("VirtualService", "http", "[]");
/** Rules without hosts, that others have routes of. */
const DELEGATES = [
  { name: "part0", namespace: "default" },
  { name: "part1", namespace: "prod" },
] as const;
const OWN = {
  mirror: anyDestination,
  "mirrors[].destination": anyDestination,
  route: fc.constant(undefined),
  redirect: fc.constant(undefined),
  directResponse: fc.constant(undefined),
  delegate: fc.constant(undefined),
  "match[].gateways": fc.constantFrom(["mesh"], ["default/g0"], ["mesh", "default/g0"]),
  "match[].sourceLabels": fc.constantFrom({ app: "x" }, { app: "z" }),
  "match[].sourceNamespace": anyNamespace,
  "match[].uri": fc.constantFrom<object>(
    { prefix: "/a" },
    { exact: "/b" },
    { regex: "/c.*" },
    { prefix: "/" },
    { prefix: "/a/" },
    { exact: "/A" },
  ),
  "match[].authority": fc.constantFrom<object>({ exact: "a.example.com" }, { prefix: "a" }, { regex: ".*com" }),
  "match[].method": fc.constantFrom<object>({ exact: "GET" }, { prefix: "P" }, { regex: "GET|PUT" }),
  "match[].scheme": fc.constantFrom<object>({ exact: "http" }, { prefix: "https" }, { regex: "https?" }),
  "match[].port": fc.constantFrom(80, 9080, 8080),
};
const anyHeaders = rarely(fc.record({ headers: meetingValue(fieldOf("VirtualService", "http", "[]", "headers"), 2) }));
const toOne = fc.tuple(anyDestination, anyHeaders).map(([destination, headers]) => [{ destination, ...headers }]);
const toTwo = fc
  .tuple(anyDestination, fc.constantFrom(0, 30, 70), anyHeaders, anyDestination, fc.constantFrom(1, 30), anyHeaders)
  .map(([first, share, headers, second, rest, others]) => [
    { destination: first, weight: share, ...headers },
    { destination: second, weight: rest, ...others },
  ]);
const anyRedirect = fc
  .tuple(
    rarely(fc.constantFrom<object>({ uri: "/n" }, { uri: "/n?x=1" }, { prefixRewrite: "/p" }), 1),
    rarely(fc.record({ authority: fc.constant("o.com") }), 1),
    rarely(fc.record({ scheme: fc.constantFrom("http", "https") })),
    fc.constantFrom<object>(
      {},
      { port: 80 },
      { port: 443 },
      { port: 8080 },
      { derivePort: "FROM_PROTOCOL_DEFAULT" },
      { derivePort: "FROM_REQUEST_PORT" },
    ),
    rarely(fc.record({ redirectCode: fc.constantFrom(301, 302, 308, 0) })),
  )
  .map((all) => Object.assign({}, ...all) as object);
const anyAction: fc.Arbitrary<object> = fc.oneof(
  fc.record({ route: fc.oneof(toOne, toTwo) }),
  fc.record({ route: fc.oneof(toOne, toTwo) }),
  fc.record({ redirect: anyRedirect }),
  fc.constantFrom<object>(
    { directResponse: { status: 418 } },
    { directResponse: { status: 418, body: { string: "x" } } },
    { directResponse: { status: 200, body: { bytes: "eA==" } } },
  ),
);
const anyHttpRule: fc.Arbitrary<object> = fc.tuple(meetingValue(RULE, 3, OWN), anyAction).map(([rule, action]) => {
  const { route: _1, redirect: _2, directResponse: _3, delegate: _0, ...rest } = rule as Record<string, unknown>;
  const isRoute = "route" in action;
  // Istio does not look at a match's caller where the match names gateways; here it does, so no match has both.
  const match = (rest.match as Record<string, unknown>[] | undefined)?.map(
    ({ sourceLabels, sourceNamespace, ...each }) =>
      "gateways" in each ? each : { ...each, ...given({ sourceLabels, sourceNamespace }) },
  );
  // What only a route may hold; Istio refuses it elsewhere.
  const { mirror: _4, mirrors: _5, fault: _6, retries: _7, timeout: _8, rewrite: _9, ...plain } = rest;
  return { ...(isRoute ? rest : plain), ...given({ match }), ...action };
});

/** Without the members that are not set. */
function given(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, each]) => each !== undefined));
}

export function virtualService(
  name: string,
  hosts: fc.Arbitrary<readonly string[]>,
  gateways: fc.Arbitrary<object>,
): fc.Arbitrary<Written> {
  return document(
    "VirtualService",
    name,
    anyNamespace,
    fc
      .tuple(hosts, gateways, fc.array(anyHttpRule, { minLength: 1, maxLength: 3 }), anyExportTo)
      .map(([names, bound, http, exported]) => ({ hosts: names, ...bound, http, ...exported })),
  );
}

/** What rules may delegate to, and one that does, for hosts of its own. */
export function delegation(
  hosts: fc.Arbitrary<readonly string[]>,
  gateways: fc.Arbitrary<object>,
): fc.Arbitrary<readonly Written[]> {
  const part = (index: number): fc.Arbitrary<Written> => {
    const { name, namespace } = DELEGATES[index] ?? DELEGATES[0];
    const rules = fc.array(anyHttpRule, { minLength: 1, maxLength: 2 });
    return document(
      "VirtualService",
      name,
      fc.constant(namespace),
      fc.tuple(rules, anyExportTo).map(([http, exported]) => ({ http, ...exported })),
    );
  };
  const matched = rarely(
    meetingValue(fieldOf("VirtualService", "http", "[]", "match", "[]"), 2, inMatch()).map((match) => ({
      match: [match],
    })),
    1,
  );
  const leading = fc
    .tuple(
      fc.constantFrom(...DELEGATES),
      matched,
      rarely(fc.constant({ headers: { request: { set: { "x-d": "1" } } } })),
    )
    .map(([delegate, ...rest]) => Object.assign({ delegate }, ...rest) as object);
  const root = document(
    "VirtualService",
    "root",
    anyNamespace,
    fc
      .tuple(
        hosts,
        gateways,
        fc.array(leading, { minLength: 1, maxLength: 2 }),
        fc.option(anyHttpRule, { nil: undefined }),
      )
      .map(([names, bound, http, more]) => ({
        hosts: names,
        ...bound,
        http: more === undefined ? http : [...http, more],
      })),
  );
  return fc.tuple(root, part(0), part(1)).map(([leads, ...parts]) =>
    // Merged they would name callers and gateways, which means something else on purpose.
    /"source(?:Labels|Namespace)"/.test(JSON.stringify(leads.spec))
      ? [leads, ...parts.map(withoutGateways)]
      : [leads, ...parts],
  );
}

function withoutGateways(rule: Written): Written {
  const { http, ...rest } = rule.spec as { readonly http: readonly { readonly match?: readonly object[] }[] };
  const kept = http.map(({ match = [], ...each }) => {
    const left = match.filter((one) => !("gateways" in one));
    return left.length === 0 ? each : { ...each, match: left };
  });
  return { ...rule, spec: { ...rest, http: kept } };
}

/** The same of what is below a match; none names gateways, at which its caller is looked at otherwise on purpose. */
function inMatch(): Own {
  const own = Object.entries(OWN).flatMap(([path, value]) =>
    path.startsWith("match[].") ? [[path.slice("match[].".length), value] as const] : [],
  );
  return { ...Object.fromEntries(own), gateways: fc.constant(undefined) };
}

/** A rule that hashes, with subsets that do not: what hashes is in the routes. */
export const anyHashRule: fc.Arbitrary<Written> = document(
  "DestinationRule",
  "d0",
  anyNamespace,
  fc
    .record({
      host: fc.constantFrom(...SERVICES),
      consistentHash: fc.constantFrom<object>(
        { httpHeaderName: "x-h" },
        { httpCookie: { name: "c", ttl: "0s" } },
        { httpCookie: { name: "c", ttl: "5s", path: "/p" } },
        { httpCookie: { name: "c" } },
        { useSourceIp: true },
        { useSourceIp: false },
        { httpQueryParameterName: "q" },
      ),
      second: fc.constantFrom<object>({}, { trafficPolicy: { loadBalancer: { simple: "RANDOM" } } }),
    })
    .map(({ host, consistentHash, second }) => ({
      host,
      trafficPolicy: { loadBalancer: { consistentHash } },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" }, ...second },
      ],
    })),
);
