import * as fc from "fast-check";
import { type Json, list, record, some } from "#server/envoy/testing/arbitrary-basics.ts";
import { nextName, resource } from "#server/envoy/testing/arbitrary-resource.ts";
import { tokenRules } from "#server/envoy/testing/arbitrary-token.ts";

const GROUP = "security.istio.io";

const selector = some(
  fc.constantFrom(
    { matchLabels: { app: "reviews" } },
    { matchLabels: { app: "reviews", version: "v1" } },
    { matchLabels: { app: "ratings" } },
    { matchLabels: { app: "store" } },
  ),
  3,
);
/** The same of what may be bound to targets: members of its spec. */
const whom = fc.oneof(
  { weight: 3, arbitrary: selector.map((chosen) => (chosen === undefined ? {} : { selector: chosen })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(
      { targetRefs: [{ kind: "Service", name: "reviews" }] },
      { targetRef: { kind: "Service", name: "ratings" } },
      { targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: "reviews" }] },
      { targetRefs: [{ kind: "Gateway", group: "gateway.networking.k8s.io", name: "gw" }] },
    ),
  },
);

export const peerAuthentications = fc
  .tuple(selector, fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE"))
  .map(([chosen, mode]) =>
    resource("PeerAuthentication", GROUP, "default", chosen === undefined ? "default" : nextName("p"), {
      ...(chosen === undefined ? {} : { selector: chosen }),
      mtls: { mode },
    }),
  );

export const requestAuthentications = fc
  .tuple(fc.constantFrom("default", "istio-system"), whom, tokenRules)
  .map(([namespace, chosen, jwtRules]) =>
    resource("RequestAuthentication", GROUP, namespace, nextName("r"), {
      ...chosen,
      jwtRules,
    }),
  );

const values = (...all: string[]) => some(list(fc.constantFrom(...all), 2, 1));
const source = record({
  principals: values(
    "cluster.local/ns/default/sa/client",
    "*/sa/client",
    "cluster.local/ns/*",
    "*",
    "cluster.local/ns/istio-system/sa/edge",
  ),
  notPrincipals: values("cluster.local/ns/default/sa/client", "*"),
  namespaces: values("default", "istio-*", "other"),
  trustDomains: values("cluster.local", "*", "*.local", "cluster*", "other"),
  notTrustDomains: values("cluster.local", "other*"),
  ipBlocks: values("127.0.0.0/8", "10.0.0.1"),
  notIpBlocks: values("127.0.0.1", "10.0.0.0/8"),
  remoteIpBlocks: values("203.0.113.0/24", "127.0.0.1"),
  requestPrincipals: values(
    "https://a.test/ann",
    "*",
    "*/bob",
    "https://b.test/*",
    "https://a.test/a*",
    "*test/ann",
    "*n",
  ),
  notRequestPrincipals: values("https://a.test/ann", "*", "https://b*"),
}).filter((each) => Object.keys(each).length > 0);
const operation = record({
  hosts: values("reviews*", "a.example.com", "*"),
  methods: values("GET", "POST", "*"),
  notMethods: values("GET"),
  paths: values("/a", "/a*", "*/b", "*", "/a/{*}", "/{**}/b"),
  notPaths: values("/a", "/api*"),
  ports: values("9080", "8080", "80"),
}).filter((each) => Object.keys(each).length > 0);
const condition = fc
  .tuple(
    fc.constantFrom(
      "request.headers[x-user]",
      "source.namespace",
      "source.ip",
      "remote.ip",
      "destination.port",
      "connection.sni",
      "source.principal",
      "source.trustDomain",
      "request.auth.principal",
      "request.auth.audiences",
      "request.auth.presenter",
      "request.auth.claims[scope]",
      "request.auth.claims[groups]",
      "request.auth.claims[realm][role]",
      "request.auth.claims[roles]",
    ),
    fc.boolean(),
  )
  .chain(([key, isNot]) => {
    const texts: Record<string, string[]> = {
      "source.namespace": ["default", "istio-system"],
      "source.ip": ["127.0.0.1", "10.0.0.0/8"],
      "remote.ip": ["203.0.113.9", "127.0.0.1"],
      "destination.port": ["9080", "1"],
      "connection.sni": ["*reviews*", "a.example.com"],
      "request.auth.principal": ["https://a.test/ann", "*", "https://b.test/*"],
      "request.auth.audiences": ["shop", "bank", "*", "https*"],
      "request.auth.presenter": ["robot", "*", "w*"],
      "request.auth.claims[scope]": ["read", "write", "read write", "*"],
      "request.auth.claims[groups]": ["staff", "*s"],
      "request.auth.claims[realm][role]": ["admin", "a*"],
      "request.auth.claims[roles]": ["admin", "*"],
      "source.trustDomain": ["cluster.local", "*", "cluster*", "other"],
      "source.principal": ["*", "cluster.local/ns/default/sa/client"],
    };
    return list(fc.constantFrom(...(texts[key] ?? ["jason", "j*", "*"])), 2, 1).map((all) => ({
      key,
      [isNot ? "notValues" : "values"]: all,
    }));
  });
const rule = record({
  from: some(list(record({ source }), 2, 1), 2),
  to: some(list(record({ operation }), 2, 1), 2),
  when: some(list(condition, 2, 1)),
});
export const authorizationPolicies = fc
  .tuple(
    fc.constantFrom("default", "default", "istio-system"),
    whom,
    fc.constantFrom("ALLOW", "ALLOW", "DENY", "AUDIT", "CUSTOM", "CUSTOM"),
    list(rule, 2, 1),
    fc.constantFrom("judge", "oracle", "nobody"),
    fc.constantFrom(undefined, undefined, undefined, "true"),
  )
  .map(([namespace, chosen, action, rules, provider, dryRun]) => {
    const policy = resource("AuthorizationPolicy", GROUP, namespace, nextName("z"), {
      ...chosen,
      action,
      ...(action === "CUSTOM" ? { provider: { name: provider } } : {}),
      rules,
    });
    return dryRun === undefined || action === "CUSTOM"
      ? policy
      : { ...policy, metadata: { ...(policy.metadata as Json), annotations: { "istio.io/dry-run": dryRun } } };
  });
