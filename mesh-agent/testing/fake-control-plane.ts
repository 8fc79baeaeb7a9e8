import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { PharosError } from "#core/errors.ts";
import { formatJoinToken } from "#core/identity/join-token.ts";
import { Secret } from "#core/secret.ts";
import { type CallInfo, type GrpcMethod, GrpcServer } from "#grpc/server.ts";
import { makeCsr } from "#mesh-agent/identity/make-csr.ts";
import { ADS_PATH, FakeAds } from "#mesh-agent/testing/fake-ads.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import {
  DeregisterResponseSchema,
  type RegisterRequest,
  RegisterRequestSchema,
  RegisterResponseSchema,
  ReportRequestSchema,
  ReportResponseSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";

const TRUST_DOMAIN = "cluster.local";

export interface FakeControlPlaneOptions {
  readonly certificateLifeMs?: number;
  /** The serving certificate's name: another than the control plane's, to be refused. */
  readonly serveAs?: string;
}

/**
 * The control plane's end of the agent's protocol, with a real authority and real TLS. It can be stopped and started on
 * the same port with the same root.
 */
export class FakeControlPlane {
  readonly ads = new FakeAds();
  readonly registrations: RegisterRequest[] = [];
  deregistrations = 0;
  readonly authority: Authority;
  readonly #options: FakeControlPlaneOptions;
  readonly #tokens = new Set<string>();
  #server: GrpcServer | undefined;
  port = 0;
  issued = 0;
  labels: Record<string, string> = {};

  private constructor(authority: Authority, options: FakeControlPlaneOptions) {
    this.authority = authority;
    this.#options = options;
  }

  static async open(options: FakeControlPlaneOptions = {}): Promise<FakeControlPlane> {
    const fake = new FakeControlPlane(
      await Authority.open(TRUST_DOMAIN, await makeRoot(TRUST_DOMAIN, Date.now())),
      options,
    );
    await fake.start();
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const serving = await this.authority.issueServing(3_600_000, Date.now());
    this.#server = new GrpcServer({
      methods: this.#methods(),
      tls: this.#options.serveAs === undefined ? serving : await this.#impostor(this.#options.serveAs),
    });
    this.port = await this.#server.listen({ host: "127.0.0.1", port: this.port });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  /** Good once. */
  makeToken(namespace = "default", serviceAccount = "reviews"): string {
    const token = formatJoinToken({
      server: this.address,
      rootFingerprint: this.authority.fingerprint,
      id: `t${this.#tokens.size}`,
      secret: new Secret(randomBytes(32).toString("base64url")),
      trustDomain: TRUST_DOMAIN,
      namespace,
      serviceAccount,
    });
    this.#tokens.add(token);
    return token;
  }

  #methods(): Map<string, GrpcMethod> {
    const agent = "/pharos.agent.v1.AgentService";
    return new Map<string, GrpcMethod>([
      [ADS_PATH, this.ads.method],
      [
        "/istio.v1.auth.IstioCertificateService/CreateCertificate",
        { kind: "unary", handle: (request, call) => this.#issue(request, call) },
      ],
      [
        `${agent}/Register`,
        {
          kind: "unary",
          handle: (bytes) => {
            const request = fromBinary(RegisterRequestSchema, bytes);
            this.registrations.push(request);
            return Promise.resolve(
              toBinary(
                RegisterResponseSchema,
                create(RegisterResponseSchema, {
                  trustDomain: TRUST_DOMAIN,
                  workload: request.group,
                  labels: { ...this.labels, ...request.labels },
                }),
              ),
            );
          },
        },
      ],
      [
        `${agent}/Deregister`,
        {
          kind: "unary",
          handle: () => {
            this.deregistrations += 1;
            return Promise.resolve(toBinary(DeregisterResponseSchema, create(DeregisterResponseSchema)));
          },
        },
      ],
      [
        `${agent}/Report`,
        {
          kind: "unary",
          handle: (bytes) => {
            const { sequence } = fromBinary(ReportRequestSchema, bytes);
            return Promise.resolve(
              toBinary(ReportResponseSchema, create(ReportResponseSchema, { acknowledgedSequence: sequence })),
            );
          },
        },
      ],
    ]);
  }

  async #issue(bytes: Uint8Array, call: CallInfo): Promise<Uint8Array> {
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (token === undefined && call.peer.certificate?.isTrusted !== true)
      throw new PharosError("unauthenticated", "no certificate and no token");
    if (token !== undefined && !this.#tokens.delete(token))
      throw new PharosError("unauthenticated", "the join token was used");
    const csr = new Pkcs10CertificateRequest(fromBinary(IstioCertificateRequestSchema, bytes).csr);
    if (!(await csr.verify())) throw new PharosError("invalid", "the request's signature is wrong");
    const uri = /spiffe:[^\s]+/.exec(csr.getExtension("2.5.29.17")?.toString("text") ?? "")?.[0] ?? "";
    this.issued += 1;
    const { chain } = await this.authority.issue(
      { publicKey: csr.publicKey, spiffeId: uri, lifeMs: this.#options.certificateLifeMs ?? 3_600_000 },
      Date.now(),
    );
    return toBinary(IstioCertificateResponseSchema, create(IstioCertificateResponseSchema, { certChain: [...chain] }));
  }

  /** A workload of the same mesh, with a certificate as good as any, listening where the control plane should be. */
  async #impostor(spiffeId: string) {
    const { keyPem, csrPem } = await makeCsr(spiffeId);
    const { chain } = await this.authority.issue(
      { publicKey: new Pkcs10CertificateRequest(csrPem).publicKey, spiffeId, lifeMs: 3_600_000 },
      Date.now(),
    );
    return { cert: chain.join(""), key: keyPem, roots: this.authority.root };
  }
}
