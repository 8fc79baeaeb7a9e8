import { createHash, createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { CONTROL_PLANE_IDENTITY, isReservedIdentity } from "#core/identity/reserved-identity.ts";
import { CONTROL_PLANE_USAGE } from "#core/identity/server-mark.ts";
import { formatSpiffeId, parseSpiffeId, type SpiffeId } from "#core/identity/spiffe-id.ts";
import type { RootFiles } from "#server/ca/root-file.ts";
import * as x509 from "#server/ca/x509.ts";

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const ROOT_LIFE_MS = 10 * 365 * 24 * 60 * 60 * 1000;
const BACKDATE_MS = 60_000;

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

export interface Issued {
  /** PEM, leaf first, root last. */
  readonly chain: readonly string[];
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface LeafRequest {
  readonly publicKey: x509.PublicKeyType;
  readonly spiffeId: string;
  readonly lifeMs: number;
}

/** What a certificate may be used for, and its names beside the URI. */
interface LeafKind {
  readonly usages: readonly string[];
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

/** Workloads are both ends of mTLS. Neither names nor usages of theirs come from anybody's request. */
const WORKLOAD: LeafKind = {
  usages: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
  dns: [],
  ips: [],
};

/** Serves only, and says that it is the control plane: agents believe no certificate without that usage. */
const CONTROL_PLANE: LeafKind = {
  usages: [x509.ExtendedKeyUsage.serverAuth, CONTROL_PLANE_USAGE],
  dns: ["localhost", "pharos", "istiod", "istiod.istio-system.svc"],
  ips: ["127.0.0.1", "::1"],
};

/** A self-signed root in a fresh key. */
export async function makeRoot(trustDomain: string, nowMs: number): Promise<RootFiles> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `O=${trustDomain},CN=Pharos root`,
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + ROOT_LIFE_MS),
    keys: keys as unknown as CryptoKeyPair,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: `spiffe://${trustDomain}` }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as unknown as CryptoKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}

function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** Signs certificates of one trust domain. */
export class Authority {
  readonly trustDomain: string;
  /** PEM. */
  readonly root: string;
  /** SHA-256 of the root (DER), lower-case hex: what a join token carries. */
  readonly fingerprint: string;
  readonly #certificate: x509.X509Certificate;
  readonly #key: CryptoKey;

  private constructor(trustDomain: string, root: string, key: CryptoKey) {
    this.trustDomain = trustDomain;
    this.root = root;
    this.#certificate = new x509.X509Certificate(root);
    this.fingerprint = createHash("sha256").update(new X509Certificate(root).raw).digest("hex");
    this.#key = key;
  }

  /** Throws "invalid" when key and certificate are no pair, or the root is of another trust domain. */
  static async open(trustDomain: string, files: RootFiles): Promise<Authority> {
    const root = new X509Certificate(files.certificate);
    if (!root.checkPrivateKey(createPrivateKey(files.key)))
      throw new PharosError("invalid", "the mesh's root certificate and its key do not match", {
        hint: "restore root-cert.pem and ca-key.json from the same backup",
      });
    if (root.subjectAltName !== `URI:spiffe://${trustDomain}`)
      throw new PharosError(
        "invalid",
        `the mesh's root is for ${root.subjectAltName?.replace("URI:spiffe://", "") ?? "no trust domain"}, not for ${trustDomain}`,
        { hint: "start with the trust domain of the first start, or in an empty directory" },
      );
    const key = await webcrypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(files.key), EC, false, [
      "sign",
    ]);
    return new Authority(trustDomain, files.certificate, key as unknown as CryptoKey);
  }

  /** The control plane's own id. */
  get serverId(): SpiffeId {
    return formatSpiffeId({ trustDomain: this.trustDomain, ...CONTROL_PLANE_IDENTITY });
  }

  /** A workload's certificate; see `#sign`. Throws "forbidden" for an identity of the control plane's own. */
  async issue(request: LeafRequest, nowMs: number): Promise<Issued> {
    const identity = parseSpiffeId(request.spiffeId);
    if (identity !== undefined && isReservedIdentity(identity))
      throw new PharosError("forbidden", `${request.spiffeId} is the control plane's own: no workload is given it`, {
        hint: "use another service account",
      });
    return this.#sign(request, WORKLOAD, nowMs);
  }

  /**
   * Lives `lifeMs` at most, in whole seconds, and never longer than the root. The URI is marked critical, as the subject
   * is empty (RFC 5280 §4.2.1.6).
   */
  async #sign(request: LeafRequest, { usages, dns, ips }: LeafKind, nowMs: number): Promise<Issued> {
    const { publicKey, spiffeId, lifeMs } = request;
    const serialNumber = randomSerial();
    // Clocks differ by seconds; a certificate of seconds' life is not dated back by more than that.
    const notBefore = new Date(Math.floor((nowMs - Math.min(BACKDATE_MS, lifeMs)) / 1000) * 1000);
    const rootEndMs = this.#certificate.notAfter.getTime();
    if (rootEndMs <= nowMs)
      throw new PharosError("unavailable", `the mesh's root ended at ${this.#certificate.notAfter.toISOString()}`, {
        hint: "start the server in an empty directory and let every proxy join anew",
      });
    const notAfter = new Date(Math.min(Math.floor((nowMs + lifeMs) / 1000) * 1000, rootEndMs));
    const names: x509.JsonGeneralNames = [
      { type: "url", value: spiffeId },
      ...dns.map((value) => ({ type: "dns", value }) as const),
      ...ips.map((value) => ({ type: "ip", value }) as const),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber,
      issuer: this.#certificate.subject,
      subject: "",
      notBefore,
      notAfter,
      publicKey,
      signingKey: this.#key,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([...usages]),
        new x509.SubjectAlternativeNameExtension(names, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    return { chain: [`${certificate.toString("pem")}\n`, this.root], serial: serialNumber, notBefore, notAfter };
  }

  /**
   * A revocation list (RFC 5280 §5) of these serials, PEM. It ends with the root: one that ended sooner would have Envoy
   * refuse everybody while the control plane is away.
   */
  async signRevocations(serials: readonly string[], nowMs: number): Promise<string> {
    const crl = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(Math.floor((nowMs - BACKDATE_MS) / 1000) * 1000),
      nextUpdate: this.#certificate.notAfter,
      // With a reason: an entry without one is encoded with an empty list of extensions, which OpenSSL does not read.
      entries: serials.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(nowMs),
        reason: x509.X509CrlReason.privilegeWithdrawn,
      })),
      signingAlgorithm: EC,
      signingKey: this.#key,
      extensions: [await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey)],
    });
    return `${x509.PemConverter.encode(crl.rawData, "X509 CRL")}\n`;
  }

  /** A key and certificate for the control plane itself, which carries `CONTROL_PLANE_USAGE`. */
  async issueServing(
    lifeMs: number,
    nowMs: number,
  ): Promise<{ readonly cert: string; readonly key: string; readonly roots: string; readonly notAfter: Date }> {
    const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
    const publicKey = keys.publicKey as unknown as CryptoKey;
    const issued = await this.#sign({ publicKey, spiffeId: this.serverId, lifeMs }, CONTROL_PLANE, nowMs);
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return { cert: issued.chain.join(""), key: `${key}\n`, roots: this.root, notAfter: issued.notAfter };
  }
}
