import { AUTHORIZATION_RULE } from "#core/kinds/authorization-policy/schema.ts";
import { LIMIT_TARGETS } from "#core/kinds/policy-target.ts";
import { BUCKET, BY_AGENT, COST, HEADERS, ON_LIMIT } from "#core/kinds/rate-limit/schema.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  described,
  explicit,
  integer,
  list,
  message,
  number,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";
import { UNITS_MAX } from "#core/whole-units.ts";

const BY_OWNER = "none: the control plane keeps the ledger";

const PERIOD = message(
  {
    calendar: described(oneOf(["Hour", "Day", "Week", "Month"]), {
      envoy: BY_OWNER,
      doc: "Begins anew with each of these; a week begins on Monday",
    }),
    timeZone: described(string("time-zone"), {
      envoy: BY_OWNER,
      doc: "In which a day begins, by its name in the IANA database",
      hint: "Europe/Berlin",
      default: "UTC",
      goesWith: { field: "calendar" },
    }),
    rolling: described(string("duration"), {
      envoy: BY_OWNER,
      doc: "No window of this length has more than the amount, wherever it begins",
    }),
    once: described(oneOf(["Ever"]), { envoy: BY_OWNER, doc: "The amount is for ever, until somebody adds to it" }),
  },
  { exactlyOneOf: ["calendar", "rolling", "once"] },
);
export type QuotaPeriod = Infer<typeof PERIOD>;

const THROTTLE = message({
  amount: described(required(explicit(integer(1, UNITS_MAX))), { envoy: BY_AGENT }),
  per: described(required(string("duration")), { envoy: BY_AGENT }),
});

export const QUOTA = message({
  selector: described(MATCH_LABELS, {
    doc: "Workloads whose requests it counts; without it, and targetRefs, all of the namespace, or of the mesh where it is in the root namespace",
  }),
  ...LIMIT_TARGETS,
  mode: described(oneOf(["Enforce", "Shadow", "Off"]), {
    envoy: BY_AGENT,
    default: "Enforce",
    doc: "Whether requests that it does not admit are refused",
    valueDocs: {
      Enforce: "they are",
      Shadow: "they are counted and marked, and let through",
      Off: "nothing is counted",
    },
  }),
  match: described(list(AUTHORIZATION_RULE, 0, 64), {
    envoy: BY_AGENT,
    doc: "Requests that any of these match are counted; without it all are. The words are those of an AuthorizationPolicy",
  }),
  exempt: described(list(AUTHORIZATION_RULE, 0, 64), {
    envoy: BY_AGENT,
    doc: "Requests that any of these match are not counted, whatever matches them",
  }),
  bucket: described(BUCKET, { envoy: BY_AGENT, doc: "Who has an amount of its own: the consumers" }),
  amount: described(required(explicit(integer(1, UNITS_MAX))), {
    envoy: BY_AGENT,
    doc: "Units that each consumer has in a period, of which a request costs one where `cost` says nothing else",
  }),
  unit: described(
    oneOf(["Requests", "Bytes"], {
      Concurrent: "a place that is free again is no use of a period: write a RateLimit with unit: Concurrent",
    }),
    {
      envoy: BY_AGENT,
      default: "Requests",
      doc: "What the amount is of",
      valueDocs: {
        Requests: "requests, or what they cost",
        Bytes:
          "bytes of requests and their responses: who begins while there are some left is let through, and charged when it has ended",
      },
    },
  ),
  period: described(required(PERIOD), { envoy: BY_OWNER, doc: "When a consumer has the amount again" }),
  cost: described(COST, { envoy: BY_AGENT, doc: "What a request uses of it" }),
  carryOver: described(explicit(number(0, 100)), {
    envoy: BY_OWNER,
    unit: "percent",
    doc: "What was left of a calendar's period is added to the next one, at most so much of the amount",
  }),
  soft: described(list(number(1, 100), 0, 8), {
    envoy: BY_OWNER,
    unit: "percent",
    doc: "When so much is used it is told, once in a period, to where `pharos serve --quota-webhook` says",
  }),
  over: described(oneOf(["Deny", "Throttle", "Notify"]), {
    envoy: BY_AGENT,
    default: "Deny",
    doc: "What becomes of requests when the amount is used",
    valueDocs: {
      Deny: "they are refused",
      Throttle: "they go on at the rate of `throttle`, and are not in the ledger",
      Notify: "they go on, and are in the ledger",
    },
  }),
  throttle: described(THROTTLE, {
    envoy: BY_AGENT,
    doc: "With Throttle: at most so many units in any window",
    goesWith: { field: "over", values: ["Throttle"] },
  }),
  whenUncoordinated: described(
    oneOf(["Allow", "Deny"], {
      Share: "nobody knows its part of what is left: use Allow, which counts it later, or Deny",
    }),
    {
      envoy: BY_AGENT,
      default: "Deny, with Notify Allow",
      doc: "What becomes of requests while the agent, or the control plane behind it, does not answer and nothing is left of a lease",
      valueDocs: {
        Allow: "they go on; what the agent sees of them is in the ledger later, also beyond the amount",
        Deny: "they are refused: nobody has more than the amount",
      },
    },
  ),
  headers: HEADERS,
  onLimit: ON_LIMIT,
  rules: refused("a Quota is one: write its fields into spec, and another Quota for another"),
});
export type QuotaSpec = Infer<typeof QUOTA>;
