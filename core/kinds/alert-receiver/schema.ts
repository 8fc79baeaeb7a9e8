import type { Infer } from "#core/schema/field.ts";
import { boolean, described, explicit, list, message, oneOf, required, string } from "#core/schema/make-field.ts";

const AT_SERVER = "none: the control plane tells it";

/** Which alerts, by their labels: all of these have to hold. */
export const MATCHERS = list(
  message({
    name: described(required(string("metric-tag")), { envoy: AT_SERVER, hint: "severity" }),
    op: described(oneOf(["=", "!=", "=~", "!~"]), {
      envoy: AT_SERVER,
      default: "=",
      doc: "The last two compare with a regular expression for the whole value",
    }),
    value: described(string(undefined, 500), {
      envoy: AT_SERVER,
      hint: "page",
      doc: "Empty for alerts that have no such label",
    }),
  }),
  0,
  32,
);
export type WrittenMatcher = Infer<typeof MATCHERS>[number];

export const ALERT_RECEIVER = message(
  {
    matchers: described(MATCHERS, { envoy: AT_SERVER, doc: "Which alerts it is told of; without it all" }),
    webhook: described(
      message({
        url: described(required(string("receiver-url")), { envoy: AT_SERVER, hint: "https://example.test/alerts" }),
      }),
      {
        envoy: AT_SERVER,
        doc: "Told once that an alert fires and once that it is over, as Alertmanager tells its webhooks; signed where `pharos serve --webhook-secret` names a key",
      },
    ),
    alertmanager: described(
      message({
        url: described(required(string("receiver-url")), {
          envoy: AT_SERVER,
          doc: "Without /api/v2/alerts",
          hint: "http://alertmanager:9093",
        }),
      }),
      { envoy: AT_SERVER, doc: "An Alertmanager, told again and again as Prometheus does" },
    ),
    repeatInterval: described(string("duration"), {
      envoy: AT_SERVER,
      doc: "A webhook is told again so long after it took that an alert fires, for as long as it does; 1m at least, without it never",
      hint: "4h",
    }),
    sendResolved: described(explicit(boolean()), {
      envoy: AT_SERVER,
      default: true,
      doc: "Whether a webhook is told that an alert is over",
    }),
  },
  { exactlyOneOf: ["webhook", "alertmanager"] },
);
export type AlertReceiverSpec = Infer<typeof ALERT_RECEIVER>;
