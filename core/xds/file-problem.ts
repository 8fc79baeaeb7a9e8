import { parseFileSecret } from "#core/xds/file-secret-name.ts";

/** What can be wrong with a file of a proxy's host from which a certificate, a key or authorities are read. */
export const FILE_FAULTS = [
  "missing",
  "unreadable",
  "no-file",
  "too-large",
  "no-certificate",
  "cut-off",
  "bad-certificate",
  "no-key",
  "other-key",
  "no-revocation-list",
  "ended",
  "root-ended",
] as const;
export type FileFault = (typeof FILE_FAULTS)[number];

export interface FileProblem {
  /** As Envoy asks for it: `nameCertificate`, `nameRoots`. */
  readonly secret: string;
  /** One of its files. */
  readonly path: string;
  readonly fault: FileFault;
  /** What the system says of an unreadable one: EACCES. */
  readonly errno?: string;
  /** When a certificate in it ended, ms since the epoch. */
  readonly endedAtMs?: number;
  /** The proxy goes on with what it had of them before. */
  readonly isLastGoodServed: boolean;
}

/** Whether it is time alone that is against it: the files are whole, and served. */
export function isEnd({ fault }: Pick<FileProblem, "fault">): boolean {
  return fault === "ended" || fault === "root-ended";
}

/** A file beyond it is not read: a system's whole list of roots is a quarter of it. */
export const FILE_BYTES_MAX = 1_048_576;

/** `/etc/tls.crt is not there`: the one wording, for the host's own pages and for the object that names the file. */
export function describeFileFault({
  secret,
  path,
  fault,
  errno,
  endedAtMs,
}: Omit<FileProblem, "isLastGoodServed">): string {
  switch (fault) {
    case "missing":
      return `${path} is not there`;
    case "unreadable":
      return `${path} cannot be read${errno === undefined ? "" : `: ${errno}`}`;
    case "no-file":
      return `${path} is no regular file`;
    case "too-large":
      return `${path} is larger than ${FILE_BYTES_MAX / 1024} KiB`;
    case "no-certificate":
      return `${path} holds no certificate in PEM`;
    case "cut-off":
      return `${path} ends within a certificate`;
    case "bad-certificate":
      return `${path} holds a certificate that cannot be read`;
    case "no-key":
      return `${path} holds no private key in PEM that can be read without a passphrase`;
    case "other-key": {
      const source = parseFileSecret(secret);
      const certificate = source?.kind === "certificate" ? source.certificate : "another file";
      return `the key in ${path} is not that of the certificate in ${certificate}`;
    }
    case "no-revocation-list":
      return `${path} holds no revocation list in PEM that can be read`;
    case "ended":
      return `a certificate of ${path} ended${momentOf(endedAtMs)}`;
    case "root-ended":
      return `one of the roots in ${path} ended${momentOf(endedAtMs)}: the others are trusted still`;
  }
}

function momentOf(endedAtMs: number | undefined): string {
  return endedAtMs === undefined ? "" : ` ${new Date(endedAtMs).toISOString()}`;
}

/** What is done about it on the proxy's host. */
export function adviseOnFile({ fault }: Pick<FileProblem, "fault">): string {
  switch (fault) {
    case "missing":
      return "put it there, or correct the path";
    case "unreadable":
      return "let the agent's user read it";
    case "no-file":
    case "too-large":
    case "no-certificate":
    case "cut-off":
    case "bad-certificate":
      return "put certificates in PEM there";
    case "no-key":
      return "put a private key in PEM there, without a passphrase";
    case "other-key":
      return "put the certificate and the key of one pair there";
    case "no-revocation-list":
      return "put the authority's present list in PEM there";
    case "ended":
      return "renew it";
    case "root-ended":
      return "take it out, or put its successor there";
  }
}
