import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  list,
  map,
  message,
  number,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const ONE_RECEIVER = "spans go to the agent of the proxy, and from there to the control plane";

const CUSTOM_TAG = message(
  {
    literal: becomes("CustomTag.literal", message({ value: required(string("header-text")) })),
    environment: described(message({ name: required(string("header-text")), defaultValue: string("header-value") }), {
      envoy: "CustomTag.environment",
      doc: "A variable of the environment of the proxy",
    }),
    header: described(message({ name: required(string("header-name")), defaultValue: string("header-value") }), {
      envoy: "CustomTag.request_header",
      doc: "Of the request",
    }),
    formatter: refused("use header, environment or literal"),
  },
  { exactlyOneOf: ["literal", "environment", "header", "formatter"] },
);
export type CustomTag = Infer<typeof CUSTOM_TAG>;

const TRACING = message({
  match: message({
    mode: described(oneOf(["CLIENT_AND_SERVER", "CLIENT", "SERVER"]), {
      envoy: "none: in which connection managers of the proxy it holds",
      default: "CLIENT_AND_SERVER",
      doc: "As callers, which gateways are too, as the called, or as both",
    }),
  }),
  providers: refused(`there is one receiver: ${ONE_RECEIVER}; leave it out`),
  randomSamplingPercentage: described(number(0, 100), {
    envoy: "HttpConnectionManager.Tracing.random_sampling",
    unit: "percent",
    doc: "Of requests that bring no decision; without it what stands above, at last --trace-sampling of the server",
  }),
  disableSpanReporting: described(boolean(), {
    envoy: "HttpConnectionManager.tracing: none is given",
    doc: "No spans, and the context goes through as it came",
  }),
  customTags: described(map(CUSTOM_TAG, "header-text", 256), {
    envoy: "HttpConnectionManager.Tracing.custom_tags",
    doc: "Of each span; replaces those of what stands above",
  }),
  enableIstioTags: refused("spans bear who called whom already, as the agent knows it: leave it out"),
  disableContextPropagation: refused(
    "the context is always handed on: use disableSpanReporting, which leaves it as it came",
  ),
  useRequestIdForTraceSampling: refused("x-request-id carries the decision: leave it out"),
});
export type Tracing = Infer<typeof TRACING>;

export const TELEMETRY = message({
  selector: described(MATCH_LABELS, {
    doc: "Workloads it is for; without it all of the namespace, and from the root namespace of the mesh",
  }),
  targetRef: refused("use selector"),
  targetRefs: refused("use selector"),
  tracing: described(list(TRACING), { doc: "Which requests are traced, and what their spans bear" }),
  metrics: refused("every request is counted, with all of its labels: leave it out"),
  accessLogging: refused(
    "the log of a proxy is what its agent counts from; it is read on the service's page: leave it out",
  ),
});
export type TelemetrySpec = Infer<typeof TELEMETRY>;
