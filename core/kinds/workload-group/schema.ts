import { WORKLOAD_ENTRY } from "#core/kinds/workload-entry/schema.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  described,
  ignored,
  integer,
  list,
  map,
  message,
  oneOfTexts,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

/** A day: no application is worth waiting for longer. */
const SECONDS_MAX = 86_400;

/** How an agent asks its application whether it is well. Left out or 0 is as in Kubernetes. */
const PROBE = message(
  {
    httpGet: message({
      path: described(string("header-text"), { default: "/" }),
      port: required(port()),
      host: string("ip-or-host"),
      scheme: described(oneOfTexts(["HTTP", "HTTPS"]), { default: "HTTP" }),
      httpHeaders: list(message({ name: required(string("probe-header-name")), value: string("header-value") })),
    }),
    tcpSocket: message({ host: string("ip-or-host"), port: required(port()) }),
    grpc: message({ port: required(port()), service: string("header-text") }),
    exec: refused("agents run no commands that come from elsewhere; use httpGet, tcpSocket or grpc", "process"),
    initialDelaySeconds: described(integer(0, SECONDS_MAX), { unit: "seconds", default: 0 }),
    timeoutSeconds: described(integer(0, SECONDS_MAX), { unit: "seconds", default: 1 }),
    periodSeconds: described(integer(0, SECONDS_MAX), { unit: "seconds", default: 10 }),
    successThreshold: described(integer(), { default: 1 }),
    failureThreshold: described(integer(), { default: 3 }),
  },
  { exactlyOneOf: ["httpGet", "tcpSocket", "grpc", "exec"] },
);
export type WorkloadProbe = Infer<typeof PROBE>;

export const WORKLOAD_GROUP = message({
  metadata: message({
    labels: described(map(string("label-value"), "label-key", 256), {
      envoy: "none: labels of the instances that register",
      doc: "Of each instance, beside those of the template",
      form: "label-pairs",
    }),
    annotations: ignored("instances carry no annotations", "kubernetes"),
  }),
  template: described(required(WORKLOAD_ENTRY), {
    envoy: "LocalityLbEndpoints.lb_endpoints: what an instance has that registers without saying otherwise",
    doc: "What each instance that joins the group starts from",
  }),
  probe: described(PROBE, {
    envoy: "LbEndpoint.health_status: the agent asks the application",
    doc: "How the agent finds out that an instance is ready",
  }),
});
export type WorkloadGroupSpec = Infer<typeof WORKLOAD_GROUP>;
