import { MATCHERS } from "#core/kinds/alert-receiver/schema.ts";
import { described, message, required, string } from "#core/schema/make-field.ts";

const AT_SERVER = "none: whom the control plane tells";

export const SILENCE = message({
  matchers: described(required(MATCHERS), { envoy: AT_SERVER, doc: "Which alerts nobody is told of meanwhile" }),
  startsAt: described(string("date-time"), {
    envoy: AT_SERVER,
    doc: "Without it, from when it is written on",
    hint: "2026-12-01T08:00:00Z",
  }),
  endsAt: described(required(string("date-time")), {
    envoy: AT_SERVER,
    doc: "Until when; what still fires then is told",
    hint: "2026-12-01T10:00:00Z",
  }),
  reason: described(string("header-text", 1000), { envoy: AT_SERVER, doc: "Why; who wrote it is in its history" }),
});
