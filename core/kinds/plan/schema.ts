import { QUOTA } from "#core/kinds/quota/schema.ts";
import { RATE_LIMIT } from "#core/kinds/rate-limit/schema.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, explicit, integer, list, map, message, required, string } from "#core/schema/make-field.ts";
import { UNITS_MAX } from "#core/whole-units.ts";

const OF_RULES = "none: which rule of a limit a request is counted by";
const TEXTS_MAX = 512;
/** A RateLimit of the plan's own has rules that say these. */
const BY_AMOUNT = { field: "amount" } as const;

const CONSUMER = message(
  {
    claim: described(
      message({
        attribute: described(required(string("condition-key")), {
          envoy: OF_RULES,
          doc: "Of a token that a RequestAuthentication checked",
          hint: "request.auth.claims[plan]",
        }),
        values: described(required(list(string("policy-text"), 1, TEXTS_MAX)), {
          envoy: OF_RULES,
          doc: "Any of these; `gold*` and `*gold` for those that begin or end so",
        }),
      }),
      { envoy: OF_RULES, doc: "Whose token says so" },
    ),
    workloads: described(
      message({
        namespace: described(string("label"), { envoy: OF_RULES, doc: "Without it, of every namespace" }),
        matchLabels: described(required(map(string("label-value"), "label-key")), { envoy: OF_RULES }),
      }),
      {
        envoy: OF_RULES,
        doc: "Workloads that call and have these labels, known by their service accounts: all that run under one of these are meant",
      },
    ),
    principals: described(list(string("policy-text"), 1, TEXTS_MAX), {
      envoy: OF_RULES,
      doc: "Who calls, by its certificate: cluster.local/ns/NAMESPACE/sa/ACCOUNT",
    }),
    serviceAccounts: described(list(string("service-account"), 1, TEXTS_MAX), {
      envoy: OF_RULES,
      doc: "The same by NAMESPACE/ACCOUNT",
    }),
    namespaces: described(list(string("policy-text"), 1, TEXTS_MAX), {
      envoy: OF_RULES,
      doc: "All that call from one of these",
    }),
  },
  { exactlyOneOf: ["claim", "workloads", "principals", "serviceAccounts", "namespaces"] },
);
export type PlanConsumer = Infer<typeof CONSUMER>;

const AMOUNT = described(explicit(integer(1, UNITS_MAX)), {
  envoy: OF_RULES,
  doc: "Units, instead of those that the rule says",
});

export const PLAN = message({
  consumers: described(required(list(CONSUMER, 1, 64)), {
    envoy: OF_RULES,
    doc: "Who has the plan: whom any of these means. Where two plans of a rule mean one, the older one holds",
  }),
  quotas: described(
    list(
      message(
        {
          name: described(required(string("dns-name")), {
            envoy: OF_RULES,
            doc: "A Quota of the plan's namespace; with `spec`, what this one is called",
          }),
          amount: AMOUNT,
          spec: described(QUOTA, {
            envoy: OF_RULES,
            doc: "A Quota of its own, that counts those who have the plan alone",
          }),
        },
        { exactlyOneOf: ["amount", "spec"] },
      ),
      0,
      64,
    ),
    { envoy: OF_RULES, doc: "How much of Quotas they have" },
  ),
  limits: described(
    list(
      message(
        {
          name: described(required(string("dns-name")), {
            envoy: OF_RULES,
            doc: "A RateLimit of the plan's namespace; with `spec`, what this one is called",
          }),
          rule: described(string("label"), {
            envoy: OF_RULES,
            doc: "One of its rules; with `amount`",
            goesWith: BY_AMOUNT,
          }),
          amount: AMOUNT,
          per: described(string("duration"), {
            envoy: OF_RULES,
            doc: "Without it, as the rule says",
            goesWith: BY_AMOUNT,
          }),
          burst: described(explicit(integer(1, UNITS_MAX)), {
            envoy: OF_RULES,
            doc: "Without it, none",
            goesWith: BY_AMOUNT,
          }),
          spec: described(RATE_LIMIT, {
            envoy: OF_RULES,
            doc: "A RateLimit of its own, that counts those who have the plan alone",
          }),
        },
        { exactlyOneOf: ["amount", "spec"] },
      ),
      0,
      64,
    ),
    { envoy: OF_RULES, doc: "How much of RateLimits they have" },
  ),
});
export type PlanSpec = Infer<typeof PLAN>;
