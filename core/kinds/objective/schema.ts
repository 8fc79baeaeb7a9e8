import type { Infer } from "#core/schema/field.ts";
import {
  described,
  explicit,
  integer,
  list,
  message,
  number,
  oneOf,
  required,
  string,
} from "#core/schema/make-field.ts";

const AT_SERVER = "none: the control plane counts it";

const AVAILABILITY = message({
  codes: described(string(undefined, 256), {
    envoy: AT_SERVER,
    doc: "What counts as failed, as a HealthPolicy's `code`; without it 5xx, requests without an answer and gRPC errors. What a policy refused never counts",
    hint: "5XX|429",
  }),
});

const LATENCY = message({
  threshold: described(required(string("duration")), {
    envoy: AT_SERVER,
    doc: "Requests that were answered within it are good; counted by the nearest bound of a bucket, which is within 2 % of it",
    hint: "250ms",
  }),
});

const FROM = message({
  namespace: described(string("label"), { envoy: AT_SERVER, doc: "Callers of this namespace" }),
  workload: described(string("dns-name"), { envoy: AT_SERVER, doc: "Callers of this name" }),
});

const BY_PROXY = "SubstitutionFormatString.json_format of the agent's log";

const ROUTE = message({
  virtualService: described(required(string("dns-name", 253)), {
    envoy: BY_PROXY,
    doc: "The one that it is written in, of this namespace",
  }),
  name: described(required(string("policy-text", 253)), { envoy: BY_PROXY, doc: "Of one of its HTTP routes" }),
});

const REQUESTS = message({
  methods: described(list(string("http-method"), 0, 16), { envoy: BY_PROXY, doc: "Of one of these", hint: "GET" }),
  paths: described(list(string("path-template", 256), 0, 16), {
    envoy: BY_PROXY,
    doc: "Of one of these, as it comes to who tells of it and without its query; a {*} is one segment, and {**} any number",
    hint: "/orders/{*}",
  }),
  route: described(ROUTE, {
    envoy: BY_PROXY,
    doc: "That went by this route: callers' proxies alone know it, so it needs reporter Source",
  }),
});

const WINDOW = message(
  {
    rolling: described(string("duration"), {
      envoy: AT_SERVER,
      doc: "The time before now, in whole hours up to 90 days",
      hint: "720h",
    }),
    calendar: described(oneOf(["Day", "Week", "Month"]), {
      envoy: AT_SERVER,
      doc: "Begins anew with each of these; a week begins on Monday",
    }),
    timeZone: described(string("time-zone"), {
      envoy: AT_SERVER,
      doc: "In which a day begins, by its name in the IANA database; where that is within an hour of UTC, with that hour",
      hint: "Europe/Berlin",
      default: "UTC",
    }),
  },
  { exactlyOneOf: ["rolling", "calendar"] },
);

const ALERTS = message({
  off: described(explicit(oneOf(["Page", "Ticket", "All"])), {
    envoy: AT_SERVER,
    doc: "Which of its alerts never fire; without it both kinds do",
  }),
  atLeast: described(explicit(integer(1)), {
    envoy: AT_SERVER,
    default: 10,
    doc: "Requests that have to fail in the longer of two windows before an alert fires: of few requests one is many percent",
  }),
});

export const OBJECTIVE = message(
  {
    description: described(string("header-text", 500), { envoy: AT_SERVER, doc: "What it promises to whom" }),
    service: described(string("host"), {
      envoy: AT_SERVER,
      doc: "Requests to it: a short name of this namespace, or a host",
    }),
    workload: described(string("dns-name"), { envoy: AT_SERVER, doc: "Requests to one of this namespace" }),
    from: described(FROM, { envoy: AT_SERVER, doc: "Of these callers alone; without it of all" }),
    reporter: described(oneOf(["Destination", "Source"]), {
      envoy: AT_SERVER,
      default: "Destination",
      doc: "Whose word counts",
      valueDocs: {
        Destination: "the called end's: what it answered",
        Source: "that of the callers in `from`: what came back to them, with what never arrived",
      },
    }),
    requests: described(REQUESTS, {
      envoy: BY_PROXY,
      doc: "Of these alone, by all that is said; proxies tell them apart from when it is asked for, and so they are counted from then on",
    }),
    availability: described(AVAILABILITY, { envoy: AT_SERVER, doc: "Requests that did not fail are good" }),
    latency: described(LATENCY, { envoy: AT_SERVER, doc: "Answered requests that were fast enough are good" }),
    target: described(required(number(0, 100)), {
      envoy: AT_SERVER,
      unit: "percent",
      doc: "The share of good requests",
      hint: "99.9",
    }),
    window: described(required(WINDOW), { envoy: AT_SERVER, doc: "The time over which the target is to be met" }),
    alerts: described(ALERTS, { envoy: AT_SERVER, doc: "When its budget burns too fast" }),
  },
  { exactlyOneOf: ["availability", "latency"] },
);
export type ObjectiveSpec = Infer<typeof OBJECTIVE>;
