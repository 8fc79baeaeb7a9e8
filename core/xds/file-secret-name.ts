/** A secret that an agent reads from files of its host. */
export type FileSecret =
  | { readonly kind: "certificate"; readonly certificate: string; readonly key: string }
  | { readonly kind: "roots"; readonly path: string; readonly revoked?: string | undefined };

const CERTIFICATE = "file-cert:";
const ROOTS = "file-root:";
/** Istio's name for the host's own authorities, which are no file of that name. */
const SYSTEM = `${ROOTS}system`;

const quote = (path: string): string => path.replace(/[%~]/g, (char) => (char === "%" ? "%25" : "%7E"));
const unquote = (text: string): string => text.replace(/%7E/g, "~").replace(/%25/g, "%");

/** `file-cert:CERTIFICATE~KEY`, as Istio names it; both are paths. */
export function nameCertificate(certificate: string, key: string): string {
  return `${CERTIFICATE}${quote(certificate)}~${quote(key)}`;
}

/** `file-root:PATH`, as Istio names it; with a file of what they have revoked `file-root:PATH~LIST`. */
export function nameRoots(path: string, revoked?: string): string {
  const list = revoked === undefined ? "" : `~${quote(revoked)}`;
  return `${ROOTS}${path === "system" ? "./system" : quote(path)}${list}`;
}

/** The files that a secret's name stands for; undefined when it is another secret. */
export function parseFileSecret(name: string): FileSecret | undefined {
  if (name === SYSTEM) return undefined;
  if (name.startsWith(ROOTS)) {
    const [path = "", revoked, ...more] = name.slice(ROOTS.length).split("~");
    if (more.length > 0) return undefined;
    return { kind: "roots", path: unquote(path), revoked: revoked === undefined ? undefined : unquote(revoked) };
  }
  const [certificate, key, ...rest] = name.startsWith(CERTIFICATE) ? name.slice(CERTIFICATE.length).split("~") : [];
  if (certificate === undefined || key === undefined || rest.length > 0) return undefined;
  return { kind: "certificate", certificate: unquote(certificate), key: unquote(key) };
}

/** The paths of them all, the one first that shows whose they are. */
export function filesOf(source: FileSecret): readonly string[] {
  if (source.kind === "certificate") return [source.certificate, source.key];
  return source.revoked === undefined ? [source.path] : [source.path, source.revoked];
}
