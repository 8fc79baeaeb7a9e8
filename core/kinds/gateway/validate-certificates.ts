import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { ServerTls } from "#core/kinds/gateway/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** Of these one says which certificates are shown; the schema holds the last three apart. */
const SOURCES = ["serverCertificate", "credentialName", "credentialNames", "tlsCertificates"] as const;
const OF_CERTIFICATES = [...SOURCES, "privateKey", "caCertificates", "caCertCredentialName", "caCrl"] as const;

type Mode = NonNullable<ServerTls["mode"]>;
type Name = keyof ServerTls;

/** Where the certificates of a server come from, for a mode (Istio's `validateTLSOptions`). */
export function validateCertificates(tls: ServerTls, mode: Mode, path: Path): Diagnostic[] {
  const given = OF_CERTIFICATES.filter((name) => tls[name] !== undefined);
  switch (mode) {
    case "ISTIO_MUTUAL":
      // Istio looks at no other than these.
      return given.some((name) => name !== "caCertCredentialName" && name !== "caCrl")
        ? [
            errorAt(
              path,
              "conflicting-fields",
              "ISTIO_MUTUAL uses the mesh's own certificates; no file and no credential may be given",
            ),
          ]
        : [];
    case "PASSTHROUGH":
    case "AUTO_PASSTHROUGH":
      return [
        ...given.map((name) =>
          warningAt(
            [...path, name],
            "no-effect",
            `${name} has no effect: with ${mode}, TLS does not end at the gateway`,
          ),
        ),
        ...severalSources(tls, path),
      ];
    case "SIMPLE":
    case "MUTUAL":
    case "OPTIONAL_MUTUAL":
      return [
        ...severalSources(tls, path),
        ...misplacedList(tls, mode, path),
        ...missing(tls, mode, path),
        ...withoutEffect(tls, mode, path),
      ];
  }
}

function severalSources(tls: ServerTls, path: Path): Diagnostic[] {
  const used = SOURCES.filter(
    (name) => tls[name] !== undefined && (name !== "serverCertificate" || tls.privateKey !== undefined),
  );
  const [first, second] = used;
  // Of the last three the schema has said so.
  return first !== "serverCertificate" || second === undefined
    ? []
    : [
        errorAt(
          [...path, second],
          "conflicting-fields",
          `${second} and serverCertificate both say which certificate is shown`,
          "take one of them out",
        ),
      ];
}

/** A list of what is revoked is of the authorities of clients, and in files as they are. */
function misplacedList(tls: ServerTls, mode: Mode, path: Path): Diagnostic[] {
  if (tls.caCrl === undefined) return [];
  const tell = (message: string, hint: string) => [errorAt([...path, "caCrl"], "conflicting-fields", message, hint)];
  if (tls.credentialName !== undefined || tls.credentialNames !== undefined)
    return tell(
      "caCrl goes with caCertificates, and the authorities are those of a credential",
      "put the list into the credential (`pharos credential apply --crl`)",
    );
  return mode === "SIMPLE" ? tell("SIMPLE asks for no client certificate that caCrl could revoke", "use MUTUAL") : [];
}

function missing(tls: ServerTls, mode: Mode, path: Path): Diagnostic[] {
  // Everything may be in the credential.
  if (tls.credentialName !== undefined || tls.credentialNames !== undefined) return [];
  const need = (name: string, at: Path): Diagnostic =>
    errorAt(
      at,
      "missing-field",
      `${name} is missing, and the mode ${mode} needs it`,
      "give it, or a stored credential by credentialName",
    );
  const pairs = tls.tlsCertificates?.map((pair, index) => ({ pair, at: [...path, "tlsCertificates", index] }));
  return [
    ...(pairs ?? [{ pair: tls, at: path }]).flatMap(({ pair, at }) =>
      (["serverCertificate", "privateKey"] as const).flatMap((name) =>
        pair[name] === undefined ? [need(name, at)] : [],
      ),
    ),
    ...(mode === "SIMPLE" || tls.caCertificates !== undefined ? [] : [need("caCertificates", path)]),
  ];
}

/** Files beside a credential, and what is for checking clients where nobody is asked for a certificate. */
function withoutEffect(tls: ServerTls, mode: Mode, path: Path): Diagnostic[] {
  const byName = tls.credentialName !== undefined || tls.credentialNames !== undefined;
  const ofClients: readonly Name[] = [
    "caCertCredentialName",
    "subjectAltNames",
    "verifyCertificateSpki",
    "verifyCertificateHash",
    "insecureSkipVerify",
  ];
  const tell = (name: Name, why: string): Diagnostic[] =>
    tls[name] === undefined ? [] : [warningAt([...path, name], "no-effect", `${name} has no effect: ${why}`)];
  return [
    ...(byName ? tell("caCertificates", "authorities are those of the credential") : []),
    ...(byName ? [] : tell("caCertCredentialName", "it goes with credentialName, and files are given")),
    ...(mode === "SIMPLE" ? ofClients.flatMap((name) => tell(name, "SIMPLE asks for no client certificate")) : []),
  ];
}
