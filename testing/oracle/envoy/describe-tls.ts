import { at, canonical, entriesAt, type Json, listAt, omit, textAt } from "#testing/oracle/json.ts";

/** What a cluster speaks to an endpoint with this metadata: TLS with what certificate and which trusted names, or plain text. */
export function spokenTo(cluster: Json, endpoint: Json): Json {
  const labels = at(endpoint, "metadata", "filterMetadata", "envoy.transport_socket_match");
  const match = listAt(cluster, "transportSocketMatches").find((each) =>
    entriesAt(each, "match").every(([name, value]) => at(labels, name) === value),
  );
  return describeTls(at(match ?? cluster, "transportSocket"));
}

/** Which certificate is shown, what is checked, and which names are believed. ALPN is in the list of differences. */
function describeTls(socket: Json): Json {
  if (textAt(socket, "name")?.endsWith("raw_buffer")) return undefined;
  const config = at(socket, "typedConfig");
  const wrapped = at(config, "transportSocket");
  if (wrapped !== undefined) return { ...omit(config, "transportSocket"), around: describeTls(wrapped) ?? null };
  if (config === undefined || at(config, "commonTlsContext") === undefined) return socket;
  const context = at(config, "commonTlsContext");
  const rest: Record<string, Json> = { ...omit(context, "alpnProtocols") };
  const certificates = listAt(context, "tlsCertificateSdsSecretConfigs");
  if (certificates.length > 0) rest.tlsCertificateSdsSecretConfigs = certificates.map(() => "its own");
  if (rest.combinedValidationContext !== undefined) rest.combinedValidationContext = trustedNames(config);
  // What checks nothing is as none.
  if (canonical(rest.validationContext) === "{}") delete rest.validationContext;
  return { ...omit(config, "commonTlsContext"), context: rest };
}

function trustedNames(config: Json): readonly string[] {
  const checks = at(config, "commonTlsContext", "combinedValidationContext", "defaultValidationContext");
  const typed = listAt(checks, "matchTypedSubjectAltNames").map((each) => at(each, "matcher"));
  return [...new Set([...listAt(checks, "matchSubjectAltNames"), ...typed].map(canonical))].sort();
}
