import { POLICY_TARGETS } from "#core/kinds/policy-target.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";
import { becomes, described, list, message, oneOf, required, string } from "#core/schema/make-field.ts";

/** Some of them become regular expressions, and 32,768 steps are the most that a proxy takes of one. */
const TEXT_BYTES_MAX = 4096;

const PRINCIPAL = "Principal.Authenticated.principal_name";
const NOT_PRINCIPAL = `Principal.not_id of ${PRINCIPAL}`;

const SOURCE = message({
  principals: becomes(PRINCIPAL, texts("policy-text")),
  notPrincipals: becomes(NOT_PRINCIPAL, texts("policy-text")),
  namespaces: becomes(PRINCIPAL, texts("policy-text")),
  notNamespaces: becomes(NOT_PRINCIPAL, texts("policy-text")),
  serviceAccounts: becomes(PRINCIPAL, texts("service-account")),
  notServiceAccounts: becomes(NOT_PRINCIPAL, texts("service-account")),
  ipBlocks: becomes("Principal.direct_remote_ip", texts("ip-or-cidr")),
  notIpBlocks: becomes("Principal.not_id of Principal.direct_remote_ip", texts("ip-or-cidr")),
  remoteIpBlocks: becomes("Principal.remote_ip", texts("ip-or-cidr")),
  notRemoteIpBlocks: becomes("Principal.not_id of Principal.remote_ip", texts("ip-or-cidr")),
  requestPrincipals: described(texts("policy-text"), {
    envoy: "Principal.metadata",
    doc: "ISSUER/SUBJECT of a token that a RequestAuthentication checked; `*` for any",
  }),
  notRequestPrincipals: becomes("Principal.not_id of Principal.metadata", texts("policy-text")),
  trustDomains: described(texts("trust-domain"), {
    envoy: PRINCIPAL,
    doc: "Of callers' certificates; `*` for any, `*.example.com`, `prod*`",
  }),
  notTrustDomains: becomes(NOT_PRINCIPAL, texts("trust-domain")),
});
export type AuthorizationSource = Infer<typeof SOURCE>;

const BY_PORT = "none: at the chains of which ports the rule stands";

const OPERATION = message({
  hosts: described(hosts(), {
    envoy: "Permission.header of :authority",
    hint: "as the Host header says; empty for any",
  }),
  notHosts: becomes("Permission.not_rule of :authority", hosts()),
  ports: described(texts("port-number"), { envoy: BY_PORT, hint: "of the workload; empty for any" }),
  notPorts: becomes(BY_PORT, texts("port-number")),
  methods: described(texts("policy-text"), { envoy: "Permission.header of :method", hint: "empty for any" }),
  notMethods: becomes("Permission.not_rule of :method", texts("policy-text")),
  paths: described(texts("policy-path"), { envoy: "Permission.url_path", hint: "/details/* or */info; empty for any" }),
  notPaths: becomes("Permission.not_rule of Permission.url_path", texts("policy-path")),
});
export type AuthorizationOperation = Infer<typeof OPERATION>;

const CONDITION = message({
  key: described(required(string("condition-key")), {
    envoy:
      "Principal.header, Principal.metadata, Principal.authenticated, Principal.direct_remote_ip, Principal.remote_ip, Permission.destination_ip or Permission.requested_server_name, as the key is",
    note: "A header that comes several times is compared value by value: one that fits is enough",
  }),
  values: becomes("Principal.or_ids, Permission.or_rules", list(string("policy-text", TEXT_BYTES_MAX))),
  notValues: becomes("Principal.not_id, Permission.not_rule", list(string("policy-text", TEXT_BYTES_MAX))),
});
export type AuthorizationCondition = Infer<typeof CONDITION>;

/** Any of `from`, and any of `to`, and all of `when`. */
export const AUTHORIZATION_RULE = message({
  from: list(message({ source: required(SOURCE) }), 1, 512),
  to: list(message({ operation: required(OPERATION) }), 1, 512),
  when: list(CONDITION),
});
export type AuthorizationRule = Infer<typeof AUTHORIZATION_RULE>;

export const AUTHORIZATION_POLICY = message({
  selector: described(MATCH_LABELS, { doc: "Workloads it applies to; without it all of the namespace" }),
  ...POLICY_TARGETS,
  action: described(oneOf(["ALLOW", "DENY", "AUDIT", "CUSTOM"]), {
    envoy: "RBAC.action",
    doc: "What happens to requests that a rule matches",
    valueDocs: {
      ALLOW: "they are let in, and all others are refused",
      DENY: "they are refused, whatever allows them",
      AUDIT: "they are noted in the access log, and not judged",
      CUSTOM: "an external authorizer is asked; what it lets in is still held against DENY and ALLOW",
    },
    default: "ALLOW",
  }),
  provider: described(message({ name: required(string("policy-text")) }), {
    envoy: "ExtAuthz.filter_enabled_metadata",
    doc: "With CUSTOM: one of the MeshConfig's extensionProviders",
  }),
  rules: described(list(AUTHORIZATION_RULE, 0, 512), {
    envoy: "RBAC.policies",
    doc: "None with ALLOW allows nothing; `[{}]` matches everything",
  }),
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
