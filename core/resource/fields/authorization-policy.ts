import {
  type FieldTable,
  list,
  noted,
  object,
  oneOfValues,
  refused,
  required,
  string,
  under,
} from "#core/resource/field.ts";
import { MATCH_LABELS } from "#core/resource/fields/selector.ts";

const NO_JWT = "tokens of end users (RequestAuthentication) are not checked yet";
/** Some of them become regular expressions, and 32,768 steps are the most that a proxy takes of one. */
const TEXT_BYTES_MAX = 4096;
const HOST = noted(
  string("policy-text", TEXT_BYTES_MAX),
  "Compared with the whole Host header, its port with it: `a.example.com` is not `a.example.com:8080`, so name both, or `a.example.com*`",
);
const BY_SELECTOR = "choose workloads with `selector`";

export const AUTHORIZATION_POLICY_FIELDS: FieldTable = {
  ...under("selector", MATCH_LABELS),
  targetRef: refused(BY_SELECTOR),
  targetRefs: refused(BY_SELECTOR),
  action: oneOfValues(["ALLOW", "DENY", "AUDIT"], { CUSTOM: "external authorizers are not called yet" }),
  provider: refused("it goes with the action CUSTOM: external authorizers are not called yet"),
  rules: list(0, 512),
  "rules[]": object(),
  "rules[].from": list(1, 512),
  "rules[].from[].source": required(object()),
  ...sourceFields(),
  "rules[].to": list(1, 512),
  "rules[].to[].operation": required(object()),
  ...listsUnder("rules[].to[].operation", {
    hosts: "policy-text",
    ports: "port-number",
    methods: "policy-text",
    paths: "policy-path",
  }),
  "rules[].to[].operation.hosts[]": HOST,
  "rules[].to[].operation.notHosts[]": HOST,
  "rules[].when[].key": noted(
    required(string("condition-key")),
    "A header that comes several times is compared value by value: one that fits is enough",
  ),
  "rules[].when[].values[]": string("policy-text", TEXT_BYTES_MAX),
  "rules[].when[].notValues[]": string("policy-text", TEXT_BYTES_MAX),
};

function sourceFields(): FieldTable {
  const prefix = "rules[].from[].source";
  return {
    ...listsUnder(prefix, {
      principals: "policy-text",
      namespaces: "policy-text",
      serviceAccounts: "service-account",
      ipBlocks: "ip-or-cidr",
      remoteIpBlocks: "ip-or-cidr",
    }),
    [`${prefix}.requestPrincipals`]: refused(NO_JWT),
    [`${prefix}.notRequestPrincipals`]: refused(NO_JWT),
    [`${prefix}.trustDomains`]: refused("there is one trust domain"),
    [`${prefix}.notTrustDomains`]: refused("there is one trust domain"),
  };
}

/** Each of the lists, and its opposite: `paths` and `notPaths`. */
function listsUnder(prefix: string, formats: Readonly<Record<string, Parameters<typeof string>[0]>>): FieldTable {
  const entries = Object.entries(formats).flatMap(([name, format]) => {
    const opposite = `not${name[0]?.toUpperCase()}${name.slice(1)}`;
    return [name, opposite].flatMap((each) => [
      [`${prefix}.${each}`, list(1, 4096)],
      [`${prefix}.${each}[]`, string(format, TEXT_BYTES_MAX)],
    ]);
  });
  return Object.fromEntries(entries) as FieldTable;
}
