import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { SidecarIngress } from "#core/kinds/sidecar/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** Istio's webhook, and what proxies would make no sense of. */
export function validateIngress(ingress: readonly SidecarIngress[]): Diagnostic[] {
  return ingress.flatMap((listener, index) => {
    const path = ["spec", "ingress", index];
    const { port, bind, captureMode, defaultEndpoint, tls } = listener;
    const first = ingress.findIndex((each) => each.port.number === port.number);
    const issues: Diagnostic[] = [];
    if (first < index)
      issues.push(
        errorAt([...path, "port", "number"], "duplicate-value", `port ${port.number} appears twice`, "remove one"),
      );
    if (captureMode === "NONE" && isItself(listener))
      issues.push(
        errorAt(
          [...path, "defaultEndpoint"],
          "bad-value",
          `the application at ${defaultEndpoint} would be the listener of port ${port.number} itself`,
          "name another port, or another address in bind",
        ),
      );
    if (bind !== undefined && captureMode === "IPTABLES")
      issues.push(
        warningAt(
          [...path, "bind"],
          "no-effect",
          "captured traffic comes to no listener that is bound",
          "leave bind out, or set captureMode: NONE",
        ),
      );
    return [...issues, ...(tls === undefined ? [] : validateTls(tls, [...path, "tls"]))];
  });
}

const ANY = ["0.0.0.0", "::"];

/** Whether connections to the application would come to its listener again, whatever the address of the instance is. */
function isItself({ port, bind, defaultEndpoint = "" }: SidecarIngress): boolean {
  const [, host = "", number] = /^\[?([^\]/]*?)\]?:(\d+)$/.exec(defaultEndpoint) ?? [];
  if (Number(number) !== port.number) return false;
  // Which stands for the instance's address, where a listener without bind is.
  if (ANY.includes(host)) return bind === undefined || ANY.includes(bind);
  return bind === host || bind === (host.includes(":") ? "::" : "0.0.0.0");
}

/** By which certificates of clients are checked. */
const OF_CLIENTS = [
  "caCertificates",
  "caCrl",
  "subjectAltNames",
  "verifyCertificateSpki",
  "verifyCertificateHash",
] as const;

function validateTls(tls: NonNullable<SidecarIngress["tls"]>, path: Path): Diagnostic[] {
  const { mode, serverCertificate, privateKey, caCertificates } = tls;
  if (mode !== "SIMPLE" && mode !== "MUTUAL" && mode !== "OPTIONAL_MUTUAL")
    return [
      errorAt([...path, "mode"], "bad-value", `${mode ?? "PASSTHROUGH"} ends no TLS at a sidecar`, "SIMPLE or MUTUAL"),
    ];
  const missing = [
    ...(serverCertificate === undefined ? ["serverCertificate"] : []),
    ...(privateKey === undefined ? ["privateKey"] : []),
    ...(mode !== "SIMPLE" && caCertificates === undefined ? ["caCertificates"] : []),
  ];
  return [
    ...missing.map((field) => errorAt(path, "needs-field", `${mode} needs ${field}`, "the path of a PEM file")),
    ...OF_CLIENTS.filter((name) => mode === "SIMPLE" && tls[name] !== undefined).map((name) =>
      warningAt(
        [...path, name],
        "no-effect",
        `${name} has no effect: SIMPLE asks for no client certificate`,
        "set mode: MUTUAL, or leave it out",
      ),
    ),
  ];
}
