import { randomBytes } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { formatJoinToken } from "#core/identity/join-token.ts";
import { Secret } from "#core/secret.ts";
import type { ServerTls } from "#grpc/server.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import type { RootFiles } from "#server/ca/root-file.ts";
import { Pkcs10CertificateRequest } from "#server/ca/x509.ts";
import { forgeLeaf } from "#testing/forge-leaf.ts";

export const TRUST_DOMAIN = "cluster.local";

/** A real authority whose tokens live in memory and are good once. */
export class TestAuthority {
  readonly authority: Authority;
  readonly #lifeMs: number;
  readonly #tokens = new Set<string>();
  issued = 0;

  readonly #root: RootFiles;

  private constructor(authority: Authority, root: RootFiles, lifeMs: number) {
    this.authority = authority;
    this.#root = root;
    this.#lifeMs = lifeMs;
  }

  static async open(lifeMs = 3_600_000): Promise<TestAuthority> {
    const root = await makeRoot(TRUST_DOMAIN, Date.now());
    return new TestAuthority(await Authority.open(TRUST_DOMAIN, root), root, lifeMs);
  }

  makeToken(server: string, namespace = "default", serviceAccount = "reviews"): string {
    const secret = new Secret(randomBytes(32).toString("base64url"));
    const id = `t${this.#tokens.size}`;
    const { fingerprint: rootFingerprint } = this.authority;
    const token = formatJoinToken({
      server,
      rootFingerprint,
      id,
      secret,
      trustDomain: TRUST_DOMAIN,
      namespace,
      serviceAccount,
    });
    this.#tokens.add(token);
    return token;
  }

  /** CreateCertificate: bytes in, bytes out. */
  async createCertificate(
    bytes: Uint8Array,
    authorization: string | undefined,
    isTrusted: boolean,
  ): Promise<Uint8Array> {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined && !isTrusted) throw new PharosError("unauthenticated", "no certificate and no token");
    if (token !== undefined && !this.#tokens.delete(token))
      throw new PharosError("unauthenticated", "the join token was used");
    const csr = new Pkcs10CertificateRequest(fromBinary(IstioCertificateRequestSchema, bytes).csr);
    if (!(await csr.verify())) throw new PharosError("invalid", "the request's signature is wrong");
    const spiffeId = /spiffe:[^\s]+/.exec(csr.getExtension("2.5.29.17")?.toString("text") ?? "")?.[0] ?? "";
    this.issued += 1;
    const { chain } = await this.authority.issue(
      { publicKey: csr.publicKey, spiffeId, lifeMs: this.#lifeMs },
      Date.now(),
    );
    return toBinary(IstioCertificateResponseSchema, create(IstioCertificateResponseSchema, { certChain: [...chain] }));
  }

  /** A workload's certificate, as good as any, to serve with where the control plane should be; whatever it is named. */
  serveAs(spiffeId: string): Promise<ServerTls> {
    return forgeLeaf(this.#root, spiffeId);
  }
}
