import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { SidecarIngress } from "#core/kinds/sidecar/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** Istio's webhook, and what proxies would make no sense of. */
export function validateIngress(ingress: readonly SidecarIngress[]): Diagnostic[] {
  return ingress.flatMap((listener, index) => {
    const path = ["spec", "ingress", index];
    const { port, bind, captureMode, tls } = listener;
    const first = ingress.findIndex((each) => each.port.number === port.number);
    const issues: Diagnostic[] = [];
    if (first < index)
      issues.push(
        errorAt([...path, "port", "number"], "duplicate-value", `port ${port.number} appears twice`, "remove one"),
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
  return missing.map((field) => errorAt(path, "needs-field", `${mode} needs ${field}`, "the path of a PEM file"));
}
