import {
  type FieldTable,
  ignored,
  integer,
  map,
  object,
  oneOfValues,
  port,
  refused,
  required,
  string,
  under,
} from "#core/resource/field.ts";
import { WORKLOAD_ENTRY_FIELDS } from "#core/resource/fields/workload-entry.ts";

/** A day: no application is worth waiting for longer. */
const SECONDS_MAX = 86_400;

export const WORKLOAD_GROUP_FIELDS: FieldTable = {
  "metadata.labels": map("label-key", 256),
  "metadata.labels{}": string("label-value"),
  "metadata.annotations": ignored("instances carry no annotations"),
  template: required(object()),
  ...under("template", WORKLOAD_ENTRY_FIELDS),
  probe: object({ exactlyOneOf: ["httpGet", "tcpSocket", "grpc", "exec"] }),
  "probe.httpGet.path": string("header-text"),
  "probe.httpGet.port": required(port()),
  "probe.httpGet.host": string("ip-or-host"),
  "probe.httpGet.scheme": oneOfValues(["HTTP", "HTTPS"]),
  "probe.httpGet.httpHeaders[].name": required(string("probe-header-name")),
  "probe.httpGet.httpHeaders[].value": string("header-value"),
  "probe.tcpSocket.host": string("ip-or-host"),
  "probe.tcpSocket.port": required(port()),
  "probe.grpc.port": required(port()),
  "probe.grpc.service": string("header-text"),
  "probe.exec": refused("agents run no commands that come from elsewhere; use httpGet, tcpSocket or grpc"),
  "probe.initialDelaySeconds": integer(0, SECONDS_MAX),
  "probe.timeoutSeconds": integer(0, SECONDS_MAX),
  "probe.periodSeconds": integer(0, SECONDS_MAX),
  "probe.successThreshold": integer(),
  "probe.failureThreshold": integer(),
};
