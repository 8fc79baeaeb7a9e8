import * as fc from "fast-check";
import { anyNamespace, document, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

const PRINCIPALS = [
  "*",
  "cluster.local/ns/default/sa/a",
  "cluster.local/ns/prod/*",
  "*/sa/b",
  "spiffe-x/ns/default/sa/a",
  "*b",
  "cluster.local/*",
  "cluster.local/ns/default/sa/a*",
];
const NAMESPACES = ["default", "prod", "*", "pro*", "*od", "d.f", "a*b"];
const PATHS = ["/a", "/a*", "*/b", "*", "/x/{*}/y", "/x/{**}", "/x/{*}", "/{**}/y", "/a/b", "/A"];
const HOSTS = ["a.com", "A.com", "*.com", "a.*", "*", "a.com:*", "a.com:80"];
const METHODS = ["GET", "P*", "*", "get", "*T", "DELETE"];
const PORTS = ["8080", "9000", "80"];
const RANGES = ["10.0.0.1", "10.0.0.0/8", "192.168.0.0/16", "::1", "2001:db8::/32", "0.0.0.0/0"];
const ACCOUNTS = ["a", "prod/b", "default/a"];
/** Of tokens: issuer and subject. */
const TOKEN_PRINCIPALS = ["iss/ann", "iss/*", "*/ann", "*", "is*", "*nn", "iss", "other/ann"];
const TRUST_DOMAINS = ["cluster.local", "other.org", "*.org", "cluster.*", "*"];
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  "request.headers[x-a]": ["1", "1*", "*1", "*", "2"],
  "request.headers[X-A]": ["1", "*"],
  "request.headers[:method]": ["GET", "P*"],
  "request.headers[:path]": ["/a", "/a*", "*"],
  "request.headers[:authority]": ["a.com", "*"],
  "request.headers[host]": ["a.com"],
  "source.ip": RANGES,
  "source.namespace": NAMESPACES,
  "source.principal": PRINCIPALS,
  "destination.ip": ["127.0.0.1", "1.1.1.1", "1.1.0.0/16"],
  "destination.port": PORTS,
  "connection.sni": ["s.com", "*.com", "*", "s*"],
  "source.serviceAccount": ACCOUNTS,
  "source.trustDomain": TRUST_DOMAINS,
  "remote.ip": RANGES,
  "request.auth.principal": TOKEN_PRINCIPALS,
  "request.auth.audiences": ["aud", "a*", "*", "b"],
  "request.auth.presenter": ["web", "*", "w*"],
  "request.auth.claims[groups]": ["a", "c*", "*"],
  "request.auth.claims[realm][role]": ["x", "*y", "*"],
  "request.auth.claims[iss]": ["iss", "*"],
};

/** Who is asked by policies of CUSTOM: about requests alone, or about connections too. */
export const PROVIDERS = [
  { name: "requests", envoyExtAuthzHttp: { service: "svc.default.svc.cluster.local", port: 80 } },
  { name: "everything", envoyExtAuthzGrpc: { service: "svc.default.svc.cluster.local", port: 80 } },
] as const;

const TRIED = ["true", "false"].map((value) => ({ annotations: { "istio.io/dry-run": value } }));

/** Some of the lists, each with one or two of its values; the first where none would be. */
function someLists(
  lists: Readonly<Record<string, readonly [values: readonly string[], weight: number]>>,
): fc.Arbitrary<object> {
  const parts = Object.entries(lists).map(([name, [values, weight]]) =>
    fc.oneof(
      { weight: 10 - weight, arbitrary: fc.constant({}) },
      {
        weight,
        arbitrary: fc
          .subarray([...values], { minLength: 1, maxLength: Math.min(2, values.length) })
          .map((chosen) => ({ [name]: chosen })),
      },
    ),
  );
  const [first] = Object.entries(lists);
  return fc.tuple(...parts).map((all) => {
    const made = Object.assign({}, ...all) as object;
    return Object.keys(made).length > 0 || first === undefined ? made : { [first[0]]: first[1][0].slice(0, 1) };
  });
}

const ANYONES = {
  ipBlocks: [RANGES, 2],
  notIpBlocks: [RANGES, 1],
  remoteIpBlocks: [RANGES, 1],
  notRemoteIpBlocks: [RANGES, 1],
  requestPrincipals: [TOKEN_PRINCIPALS, 1],
  notRequestPrincipals: [TOKEN_PRINCIPALS, 1],
  trustDomains: [TRUST_DOMAINS, 1],
  notTrustDomains: [TRUST_DOMAINS, 1],
} as const;
const anySource = fc.oneof(
  {
    weight: 6,
    arbitrary: someLists({
      principals: [PRINCIPALS, 4],
      notPrincipals: [PRINCIPALS, 2],
      namespaces: [NAMESPACES, 4],
      notNamespaces: [NAMESPACES, 2],
      ...ANYONES,
    }),
  },
  {
    weight: 1,
    arbitrary: someLists({ serviceAccounts: [ACCOUNTS, 8], notServiceAccounts: [ACCOUNTS, 3], ...ANYONES }),
  },
);
const anyOperation = someLists({
  methods: [METHODS, 4],
  notMethods: [METHODS, 1],
  hosts: [HOSTS, 3],
  notHosts: [HOSTS, 1],
  paths: [PATHS, 4],
  notPaths: [PATHS, 2],
  ports: [PORTS, 3],
  notPorts: [PORTS, 1],
});
const anyCondition = fc
  .constantFrom(...Object.entries(CONDITIONS))
  .chain(([key, values]) =>
    someLists({ values: [values, 8], notValues: [values, 3] }).map((lists) => ({ key, ...lists })),
  );
const maybe = <T>(name: string, item: fc.Arbitrary<T>): fc.Arbitrary<object> =>
  fc.oneof(
    fc.constant({}),
    fc.array(item, { minLength: 1, maxLength: 2 }).map((list) => ({ [name]: list })),
  );
const anyRule = fc
  .tuple(
    maybe(
      "from",
      anySource.map((source) => ({ source })),
    ),
    maybe(
      "to",
      anyOperation.map((operation) => ({ operation })),
    ),
    maybe("when", anyCondition),
  )
  .map((all) => Object.assign({}, ...all) as object);

/** The called gateway by its name would be for it here, and in Istio for those that bear a label of that name. */
const OTHER_GATEWAY = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "other" };

/** An AuthorizationPolicy of any source, operation and condition, for the called workload, the gateway or another; some only tried. */
export function anyPolicy(index: number): fc.Arbitrary<Written> {
  const spec = fc
    .tuple(
      fc.constantFrom<object>(
        { action: "ALLOW" },
        { action: "DENY" },
        { action: "AUDIT" },
        {},
        { action: "DENY" },
        ...["requests", "everything"].map((name) => ({ action: "CUSTOM", provider: { name } })),
      ),
      fc.constantFrom<object>(
        {},
        {},
        {},
        { selector: { matchLabels: { app: "x" } } },
        { selector: { matchLabels: { istio: "gw" } } },
        { selector: { matchLabels: { app: "zz" } } },
        { targetRefs: [OTHER_GATEWAY] },
        { targetRef: OTHER_GATEWAY },
      ),
      fc.oneof(
        fc.array(anyRule, { maxLength: 2 }).map((rules) => ({ rules })),
        fc.constant({}),
      ),
    )
    .map((all) => Object.assign({}, ...all) as object);
  const policy = document("AuthorizationPolicy", `p${index}`, fc.oneof(fc.constant("default"), anyNamespace), spec);
  return fc
    .tuple(policy, rarely(fc.constantFrom(...TRIED), 8))
    .map(([written, tried]): Written => ({ ...written, ...tried }));
}
