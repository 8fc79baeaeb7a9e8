import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { CIPHER_SUITES } from "#core/kinds/gateway/cipher-suites.ts";
import { classifyProtocol } from "#core/kinds/gateway/classify-protocol.ts";
import type { GatewayServer, GatewaySpec, ServerTls } from "#core/kinds/gateway/schema.ts";
import { validateCertificates } from "#core/kinds/gateway/validate-certificates.ts";
import type { Path } from "#core/schema/path.ts";

export function validateGateway(spec: GatewaySpec): Diagnostic[] {
  const names = new Set<string>();
  return (spec.servers ?? []).flatMap((server, index) => {
    const path = ["spec", "servers", index];
    const issues = validateServer(server, path);
    if (names.has(server.port.name))
      issues.push(
        errorAt(
          [...path, "port", "name"],
          "duplicate-value",
          `the port name ${server.port.name} appears twice; names are unique in a gateway`,
        ),
      );
    names.add(server.port.name);
    return issues;
  });
}

function validateServer(server: GatewayServer, path: Path): Diagnostic[] {
  const { protocol } = server.port;
  const isTls = classifyProtocol(protocol) === "tls";
  if (server.tls === undefined)
    return isTls ? [errorAt(path, "missing-field", `tls is missing, and the protocol ${protocol} needs it`)] : [];
  if (isTls) return validateTls(server.tls, [...path, "tls"], protocol);
  if (classifyProtocol(protocol) !== "http")
    return [
      errorAt([...path, "tls"], "conflicting-fields", `the protocol ${protocol} has no TLS`, "use the protocol TLS"),
    ];
  const given = Object.keys(server.tls).filter((name) => name !== "httpsRedirect");
  const { mode = "PASSTHROUGH" } = server.tls;
  const isRefused = !mode.endsWith("PASSTHROUGH") || CERTIFICATES.some((name) => server.tls?.[name] !== undefined);
  if (given.length > 0 && !isRefused)
    return given.map((name) =>
      warningAt([...path, "tls", name], "no-effect", `${name} has no effect: the protocol ${protocol} has no TLS`),
    );
  const [first] = given;
  if (first !== undefined)
    return [
      errorAt(
        [...path, "tls", first],
        "conflicting-fields",
        `the protocol ${protocol} has no TLS: only httpsRedirect may be set`,
        "use the protocol HTTPS or TLS",
      ),
    ];
  return protocol === "HTTP" || !server.tls.httpsRedirect
    ? []
    : [
        warningAt(
          [...path, "tls", "httpsRedirect"],
          "no-effect",
          `httpsRedirect has no effect on the protocol ${protocol}`,
        ),
      ];
}

const CERTIFICATES = ["serverCertificate", "privateKey", "caCertificates"] as const;

const VERSIONS = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];

function validateTls(tls: ServerTls, path: Path, protocol: string): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const least = VERSIONS.indexOf(tls.minProtocolVersion ?? "");
  const most = VERSIONS.indexOf(tls.maxProtocolVersion ?? "");
  if (most >= 0 && most < (least < 0 ? VERSIONS.indexOf("TLSV1_2") : least))
    issues.push(
      errorAt(
        [...path, "maxProtocolVersion"],
        "conflicting-fields",
        `${tls.maxProtocolVersion} is older than the oldest version that is taken (${tls.minProtocolVersion ?? "TLSV1_2"})`,
      ),
    );
  tls.cipherSuites?.forEach((suite, index) => {
    const at = [...path, "cipherSuites", index];
    if (!CIPHER_SUITES.has(suite))
      issues.push(
        warningAt(at, "no-effect", `${suite} is not a cipher suite of the proxy, and is left out`, "remove it"),
      );
    else if (tls.cipherSuites?.indexOf(suite) !== index)
      issues.push(warningAt(at, "duplicate-value", `${suite} appears twice`, "remove one"));
  });
  const { mode = "PASSTHROUGH" } = tls;
  if (tls.httpsRedirect)
    issues.push(
      errorAt([...path, "httpsRedirect"], "conflicting-fields", `httpsRedirect is for HTTP, not ${protocol}`),
    );
  return [...issues, ...validateCertificates(tls, mode, path)];
}
