/** A finding on an example that Istio publishes, and why it is right. */
export interface ExplainedSample {
  readonly why: string;
  readonly file: RegExp;
  /** Of `severity code resource path: message`. */
  readonly finding: RegExp;
}

export const EXPLAINED_SAMPLES: readonly ExplainedSample[] = (
  [
    [
      "its service is made by cert-manager, while a certificate is asked for",
      /certmanager-gateway\.yaml$/,
      /destination-host-not-found .*cert-manager-resolver/,
    ],
    [
      "the second rule is never reached: the first has no match",
      /fault-injection-details-v1\.yaml$/,
      /unreachable-rule .*spec\.http\[1\]/,
    ],
    ["a variable that a script fills in", /expose-istiod-https\.yaml$/, /credentialName: "\$CREDENTIAL_NAME"/],
    ["the same: the Gateway is not read", /expose-istiod-https\.yaml$/, /gateway-not-found .*istiod-gateway/],
    ["a setting of HTTP for a port of TLS", /expose-istiod-https\.yaml$/, /http-only-setting .*h2UpgradePolicy/],
    [
      "its provider is in the configuration of an installation",
      /open-telemetry\/loki\/telemetry\.yaml$/,
      /telemetry-provider-not-found .*provider otel/,
    ],
    [
      "Istio's tests say that it has none",
      /some-dir\/missing-gateway\.yaml$/,
      /missing-field VirtualService\/default\/missing-gateway spec: there is no route/,
    ],
    ["the field is gone from the API", /rule-websocket-route\.yaml$/, /unknown-field .*websocketUpgrade/],
    ["no name that Kubernetes takes", /ingress-gateway\/configs\.yaml$/, /bad-value .*metadata\.name: "BACKEND"/],
    ["Envoy checks what it fetches, and no file", /(?:wasm|traffic_extension)\.pb\.html#1$/, /no-effect .*sha256/],
    ["anybody there could have it run anything", /(?:wasm|traffic_extension)\.pb\.html#4$/, /needs-field .*sha256/],
    ["Istio replaces nothing either where no filter is named", /envoy_filter\.pb\.html#6$/, /no-effect .*REPLACE/],
    ["the API has no such field", /virtual_service\.pb\.html#20$/, /unknown-field .*prefix_rewrite/],
    ["it says what it is", /authorization_policy\.pb\.html#9$/, /^info dry-run /],
    ["nobody could find its keys", /request_authentication\.pb\.html#3$/, /needs-field .*no keys/],
  ] as const
).map(([why, file, finding]) => ({ why, file, finding }));
