import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { PharosError } from "#core/errors.ts";
import { type GrpcMethod, GrpcServer } from "#grpc/server.ts";
import {
  type ApplicationProbeSchema,
  DeregisterResponseSchema,
  type RegisterRequest,
  RegisterRequestSchema,
  RegisterResponseSchema,
  type ReportRequest,
  ReportRequestSchema,
  ReportResponseSchema,
  type StartSettingsSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { ADS_PATH, FakeAds } from "#testing/fake-ads.ts";
import { TestAuthority, TRUST_DOMAIN } from "#testing/test-authority.ts";

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
  readonly reports: ReportRequest[] = [];
  readonly #taken = new Map<string, bigint>();
  deregistrations = 0;
  readonly #authority: TestAuthority;
  readonly #options: FakeControlPlaneOptions;
  #server: GrpcServer | undefined;
  port = 0;
  labels: Record<string, string> = {};
  /** How it lets applications be asked. */
  probe: MessageInitShape<typeof ApplicationProbeSchema> | undefined;
  /** With what it has Envoys started. */
  settings: MessageInitShape<typeof StartSettingsSchema> | undefined;
  /** What registering is answered with, where it is refused. */
  refusal: PharosError | undefined;

  private constructor(authority: TestAuthority, options: FakeControlPlaneOptions) {
    this.#authority = authority;
    this.#options = options;
  }

  static async open(options: FakeControlPlaneOptions = {}): Promise<FakeControlPlane> {
    const fake = new FakeControlPlane(await TestAuthority.open(options.certificateLifeMs), options);
    await fake.start();
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Certificates handed out so far. */
  get issued(): number {
    return this.#authority.issued;
  }

  get root(): string {
    return this.#authority.authority.root;
  }

  async start(): Promise<void> {
    const { serveAs } = this.#options;
    const tls =
      serveAs === undefined
        ? await this.#authority.authority.issueServing(3_600_000, Date.now())
        : await this.#authority.serveAs(serveAs);
    this.#server = new GrpcServer({ methods: this.#methods(), tls });
    this.port = await this.#server.listen({ host: "127.0.0.1", port: this.port });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  /** Good once. */
  makeToken(namespace?: string, serviceAccount?: string): string {
    return this.#authority.makeToken(this.address, namespace, serviceAccount);
  }

  #methods(): Map<string, GrpcMethod> {
    const agent = "/pharos.agent.v1.AgentService";
    return new Map<string, GrpcMethod>([
      [ADS_PATH, this.ads.method],
      [
        "/istio.v1.auth.IstioCertificateService/CreateCertificate",
        {
          kind: "unary",
          handle: (request, { headers, peer }) =>
            this.#authority.createCertificate(request, headers.authorization, peer.certificate?.isTrusted === true),
        },
      ],
      [
        `${agent}/Register`,
        {
          kind: "unary",
          handle: (bytes) => {
            const request = fromBinary(RegisterRequestSchema, bytes);
            if (this.refusal !== undefined) return Promise.reject(this.refusal);
            this.registrations.push(request);
            return Promise.resolve(
              toBinary(
                RegisterResponseSchema,
                create(RegisterResponseSchema, {
                  trustDomain: TRUST_DOMAIN,
                  workload: request.group,
                  labels: { ...this.labels, ...request.labels },
                  ...(this.probe === undefined ? {} : { probe: this.probe }),
                  ...(this.settings === undefined ? {} : { start: this.settings }),
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
      [`${agent}/WatchTaps`, { kind: "stream", open: () => ({ onMessage: () => undefined }) }],
      [
        `${agent}/Report`,
        {
          kind: "unary",
          handle: (bytes) => {
            const report = fromBinary(ReportRequestSchema, bytes);
            const { storeId, sequence } = report;
            // As the store does: a number that was taken is acknowledged and not counted again.
            if (sequence > (this.#taken.get(storeId) ?? 0n)) {
              this.#taken.set(storeId, sequence);
              this.reports.push(report);
            }
            return Promise.resolve(
              toBinary(ReportResponseSchema, create(ReportResponseSchema, { acknowledgedSequence: sequence })),
            );
          },
        },
      ],
    ]);
  }
}
