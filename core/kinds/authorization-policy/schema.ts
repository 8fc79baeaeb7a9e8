import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";
import { described, list, message, oneOf, refused, required, string } from "#core/schema/make-field.ts";

/** Some of them become regular expressions, and 32,768 steps are the most that a proxy takes of one. */
const TEXT_BYTES_MAX = 4096;
const BY_SELECTOR = "choose workloads with `selector`";

const SOURCE = message({
  principals: texts("policy-text"),
  notPrincipals: texts("policy-text"),
  namespaces: texts("policy-text"),
  notNamespaces: texts("policy-text"),
  serviceAccounts: texts("service-account"),
  notServiceAccounts: texts("service-account"),
  ipBlocks: texts("ip-or-cidr"),
  notIpBlocks: texts("ip-or-cidr"),
  remoteIpBlocks: texts("ip-or-cidr"),
  notRemoteIpBlocks: texts("ip-or-cidr"),
  requestPrincipals: described(texts("policy-text"), {
    doc: "ISSUER/SUBJECT of a token that a RequestAuthentication checked; `*` for any",
  }),
  notRequestPrincipals: texts("policy-text"),
  trustDomains: refused("there is one trust domain"),
  notTrustDomains: refused("there is one trust domain"),
});
export type AuthorizationSource = Infer<typeof SOURCE>;

const OPERATION = message({
  hosts: described(hosts(), { hint: "as the Host header says; empty for any" }),
  notHosts: hosts(),
  ports: described(texts("port-number"), { hint: "of the workload; empty for any" }),
  notPorts: texts("port-number"),
  methods: described(texts("policy-text"), { hint: "empty for any" }),
  notMethods: texts("policy-text"),
  paths: described(texts("policy-path"), { hint: "/details/* or */info; empty for any" }),
  notPaths: texts("policy-path"),
});
export type AuthorizationOperation = Infer<typeof OPERATION>;

const CONDITION = message({
  key: described(required(string("condition-key")), {
    note: "A header that comes several times is compared value by value: one that fits is enough",
  }),
  values: list(string("policy-text", TEXT_BYTES_MAX)),
  notValues: list(string("policy-text", TEXT_BYTES_MAX)),
});
export type AuthorizationCondition = Infer<typeof CONDITION>;

/** Any of `from`, and any of `to`, and all of `when`. */
const RULE = message({
  from: list(message({ source: required(SOURCE) }), 1, 512),
  to: list(message({ operation: required(OPERATION) }), 1, 512),
  when: list(CONDITION),
});
export type AuthorizationRule = Infer<typeof RULE>;

export const AUTHORIZATION_POLICY = message({
  selector: described(MATCH_LABELS, { doc: "Workloads it applies to; without it all of the namespace" }),
  targetRef: refused(BY_SELECTOR),
  targetRefs: refused(BY_SELECTOR),
  action: described(oneOf(["ALLOW", "DENY", "AUDIT"], { CUSTOM: "external authorizers are not called yet" }), {
    doc: "What happens to requests that a rule matches",
    valueDocs: {
      ALLOW: "they are let in, and all others are refused",
      DENY: "they are refused, whatever allows them",
      AUDIT: "they are noted in the access log, and not judged",
    },
    default: "ALLOW",
  }),
  provider: refused("it goes with the action CUSTOM: external authorizers are not called yet"),
  rules: described(list(RULE, 0, 512), { doc: "None with ALLOW allows nothing; `[{}]` matches everything" }),
});
export type AuthorizationPolicySpec = Infer<typeof AUTHORIZATION_POLICY>;

function texts(format: Format) {
  return list(string(format, TEXT_BYTES_MAX), 1, 4096);
}

function hosts() {
  const host = described(string("policy-text", TEXT_BYTES_MAX), {
    note: "Compared with the whole Host header, its port with it: `a.example.com` is not `a.example.com:8080`, so name both, or `a.example.com*`",
  });
  return list(host, 1, 4096);
}
