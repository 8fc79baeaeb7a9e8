import { at, canonical, type Json, type JsonObject, listAt, textAt } from "#testing/oracle/json.ts";

/** Envoy's own, where a server says nothing. */
const OLDEST_OF_ENVOY = "TLSv1_2";
const NEWEST_OF_ENVOY = "TLSv1_3";

/** How a chain ends TLS: what it shows, whom it asks, and what is agreed on; undefined where it ends none. */
export function describeServerTls(chain: Json): JsonObject | undefined {
  const config = at(chain, "transportSocket", "typedConfig");
  const context = at(config, "commonTlsContext");
  if (context === undefined) return undefined;
  const shown = listAt(context, "tlsCertificateSdsSecretConfigs").map((each) => secretOf(textAt(each, "name")));
  const combined = at(context, "combinedValidationContext");
  const checks = at(combined, "defaultValidationContext");
  const roots = secretOf(textAt(combined, "validationContextSdsSecretConfig", "name"));
  const parameters = at(context, "tlsParams");
  return {
    shown,
    // By Istio's own name proxies tell each other who they are: that counts, and decides nothing.
    alpn: listAt(context, "alpnProtocols").filter((each) => each !== "istio-peer-exchange"),
    versions: [
      textAt(parameters, "tlsMinimumProtocolVersion") ?? OLDEST_OF_ENVOY,
      textAt(parameters, "tlsMaximumProtocolVersion") ?? NEWEST_OF_ENVOY,
    ],
    suites: listAt(parameters, "cipherSuites"),
    curves: listAt(parameters, "ecdhCurves"),
    isAsked: combined !== undefined,
    isRequired: at(config, "requireClientCertificate") === true,
    roots: [roots, textAt(checks, "crl", "filename")].filter((each) => each !== undefined).join(" "),
    // Of the mesh's own each side trusts whom it trusts; `mtls` and `clusters` compare that.
    names: roots === "ROOTCA" ? [] : namesIn(checks),
    keys: listAt(checks, "verifyCertificateSpki"),
    certificates: listAt(checks, "verifyCertificateHash"),
    isTrusted: textAt(checks, "trustChainVerification") ?? "VERIFY_TRUST_CHAIN",
  };
}

function namesIn(checks: Json): readonly string[] {
  const typed = listAt(checks, "matchTypedSubjectAltNames").map((each) => at(each, "matcher"));
  return [...new Set([...listAt(checks, "matchSubjectAltNames"), ...typed].map(canonical))].sort();
}

/** Files by their paths; a stored credential by its name, of which nobody has any here: the authorities that would be beside it are in it. */
function secretOf(name: string | undefined): string | undefined {
  const stored = /^(?:kubernetes:\/\/|credential-missing:\/\/(?:[^/]*\/)?)(.*)$/.exec(name ?? "")?.[1];
  return stored?.replace(/#roots$|-cacert$/, "") ?? name?.replace(/^file-(?:cert|root):/, "").replaceAll("~", " ");
}
