import { DatabaseSync } from "node:sqlite";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { probeOfGroup } from "#core/sources/declare-probe.ts";
import { ResourceSpansSchema, type Span } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import {
  DeregisterRequestSchema,
  DeregisterResponseSchema,
  Health,
  RegisterRequestSchema,
  RegisterResponseSchema,
  ReportRequestSchema,
  ReportResponseSchema,
  type RequestWindow,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { decodeDraws } from "#proto/lease-codec.ts";
import { readCredential } from "#server/credentials/read-credential.ts";
import { LeaseDesk } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";
import { type MeshHandle, startMesh, type UnaryHandler } from "#server/mesh/start-mesh.ts";
import { describeProbe } from "#server/registry/registry-rpc.ts";
import { TapDesk } from "#server/taps/tap-desk.ts";
import type { ReporterIdentity } from "#server/telemetry/ingest/describe-reporter.ts";
import { eventually } from "#testing/test-agent.ts";
import { TestAuthority, TRUST_DOMAIN } from "#testing/test-authority.ts";

const SETTINGS: MeshSettings = {
  trustDomain: TRUST_DOMAIN,
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const AGENT = "/pharos.agent.v1.AgentService";

/** The real compiler, xDS server and authority, with a registry in memory. It can be stopped and started again. */
export class RealMesh {
  readonly authority: TestAuthority;
  readonly refusals: string[] = [];
  /** What agents last said an operator should look at, by `namespace/name`. */
  readonly problems = new Map<string, readonly string[]>();
  /** Requests per "reporter response-code", as reported. */
  readonly counts = new Map<string, number>();
  /** What agents reported. */
  readonly windows: RequestWindow[] = [];
  /** Spans of proxies, by what their resource says of the service. */
  readonly spans: (Span & { readonly service: string })[] = [];
  #resources: readonly AnyResource[];
  #used: readonly AnyResource[] = [];
  readonly #instances = new Map<string, WorkloadInstance>();
  #mesh: MeshHandle | undefined;
  #port = 0;
  #revision = 1;

  readonly #proxies: ProxySettings;
  readonly #credentials = new Map<string, CredentialMaterial>();
  /** Who asked for credentials that its configuration does not name, and for which. */
  readonly denied: string[] = [];

  readonly #leases: LeaseDesk;
  /** Who looks at requests as they happen. */
  readonly taps: TapDesk;

  private constructor(authority: TestAuthority, resources: readonly AnyResource[], proxies: ProxySettings) {
    this.authority = authority;
    this.#resources = resources;
    this.#proxies = proxies;
    this.#leases = new LeaseDesk({
      snapshot: () => this.#snapshot(),
      find: (instance) => this.#instances.get(instance),
      store: new LeaseStore(new DatabaseSync(":memory:")),
      now: () => ({ nowMs: performance.now(), calendarMs: Date.now() }),
    });
    this.taps = new TapDesk({
      snapshot: () => this.#snapshot(),
      find: (instance) => this.#instances.get(instance),
      revisionAt: () => null,
      setTaps: async (orders) => this.handle.setTaps(orders),
      redacted: () => ["x-secret"],
    });
  }

  static async open(yaml: string, proxies = DEFAULT_PROXY_SETTINGS): Promise<RealMesh> {
    const mesh = new RealMesh(await TestAuthority.open(), parse(yaml), proxies);
    await mesh.start();
    return mesh;
  }

  get handle(): MeshHandle {
    if (this.#mesh === undefined) throw new PharosError("unavailable", "the mesh is stopped");
    return this.#mesh;
  }

  makeToken(serviceAccount: string, namespace = "default"): string {
    return this.authority.makeToken(`127.0.0.1:${this.#port}`, namespace, serviceAccount);
  }

  /** A certificate of a workload in namespace default, to call with past every agent. */
  issue(serviceAccount: string) {
    return this.authority.serveAs(`spiffe://${TRUST_DOMAIN}/ns/default/sa/${serviceAccount}`);
  }

  async start(): Promise<void> {
    this.#mesh = await startMesh({
      snapshot: () => this.#snapshot(),
      credentials: () => Object.fromEntries(this.#credentials),
      host: "127.0.0.1",
      port: this.#port,
      plaintextPort: null,
      tls: await this.authority.authority.issueServing(3_600_000, Date.now()),
      trustDomain: TRUST_DOMAIN,
      handlers: this.#handlers(),
      onCrash: (error) => void this.refusals.push(error.toString()),
      onLimit: ({ limit, party }) => void this.refusals.push(`${limit}: ${party}`),
      onFailure: (path, error) => void this.refusals.push(`${path}: ${error.toString()}`),
    });
    this.#port = this.#mesh.port;
    this.#mesh.onEvent((event) => {
      if (event.kind === "nack")
        for (const { resource, message } of event.refusals) this.refusals.push(`${resource}: ${message}`);
      if (event.kind === "denied") this.denied.push(`${event.actor} ${event.name}`);
      if (event.kind === "refused") this.refusals.push(`${event.node}: ${event.reason}`);
    });
  }

  #snapshot(): Snapshot {
    return {
      revision: this.#revision,
      mesh: { ...SETTINGS, proxies: this.#proxies },
      resources: this.#resources,
      instances: [...this.#instances.values()],
      credentials: Object.fromEntries(Array.from(this.#credentials, ([key, each]) => [key, readCredential(each)])),
    };
  }

  async stop(): Promise<void> {
    await this.#mesh?.close();
    this.#mesh = undefined;
  }

  async apply(yaml: string): Promise<void> {
    const upserts = parse(yaml);
    this.#resources = [...this.#resources.filter((old) => !upserts.some((one) => isSame(old, one))), ...upserts];
    this.#revision += 1;
    await this.#publish({ upserts, instanceUpserts: [], instanceDeletes: [] });
  }

  /** Puts these resources in the place of those of the last time; resolves with their revision when every proxy has answered. */
  async use(yaml: string): Promise<number> {
    const upserts = parse(yaml);
    const isKept = (old: AnyResource) => upserts.every((one) => !isSame(old, one));
    const deletes = this.#used.filter(isKept).map(refOf);
    this.#resources = [...this.#resources.filter((old) => isKept(old) && !this.#used.includes(old)), ...upserts];
    this.#used = upserts;
    this.#revision += 1;
    await this.#publish({ upserts, deletes, instanceUpserts: [], instanceDeletes: [] });
    const revision = this.#revision;
    await eventually(`revision ${revision} at every proxy`, async () =>
      (await this.handle.distribution(revision))?.isComplete === true ? true : undefined,
    );
    return revision;
  }

  /** Stores credentials by `namespace/name`, or takes them away; resolves when who names them is being told. */
  async store(changed: Readonly<Record<string, CredentialMaterial | null>>): Promise<void> {
    takeChanged(this.#credentials, changed);
    await this.handle.setCredentials(changed);
    const credentials = Object.fromEntries(
      Object.entries(changed).map(([key, material]) => [key, material && readCredential(material)]),
    );
    await this.#publish({ upserts: [], instanceUpserts: [], instanceDeletes: [], credentials });
  }

  /** A TLS address of the mesh port. */
  get xds(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async #publish(change: Omit<SnapshotChange, "revision" | "deletes"> & Partial<SnapshotChange>): Promise<void> {
    await this.handle.apply({ revision: this.#revision, deletes: [], ...change });
  }

  #handlers(): ReadonlyMap<string, UnaryHandler> {
    return new Map<string, UnaryHandler>([
      [
        "/istio.v1.auth.IstioCertificateService/CreateCertificate",
        (bytes, peer) =>
          this.authority.createCertificate(bytes, peer.headers.authorization, peer.certificate?.isTrusted === true),
      ],
      [`${AGENT}/Register`, (bytes) => this.#register(bytes)],
      [`${AGENT}/Deregister`, (bytes) => this.#deregister(bytes)],
      [`${AGENT}/Report`, (bytes) => this.#report(bytes)],
      [`${AGENT}/DrawUnits`, (bytes) => this.#draw(bytes)],
      [`${AGENT}/ShowRequests`, async (bytes, { certificate }) => this.taps.take(bytes, identityIn(certificate?.uris))],
    ]);
  }

  async #draw(bytes: Uint8Array): Promise<Uint8Array> {
    const { instance } = decodeDraws(bytes);
    const { namespace = "", serviceAccount = "" } = this.#instances.get(instance) ?? {};
    return this.#leases.handle(bytes, { namespace, serviceAccount });
  }

  async #register(bytes: Uint8Array): Promise<Uint8Array> {
    const { namespace, name, group, labels, serviceAccount, address, ports, locality, weight, health, problems } =
      fromBinary(RegisterRequestSchema, bytes);
    this.problems.set(`${namespace}/${name}`, problems);
    const template = this.#resources.find(
      (resource) => resource.kind === "WorkloadGroup" && resource.metadata.name === group,
    );
    const probe = template?.kind === "WorkloadGroup" ? probeOfGroup(template) : undefined;
    const merged = { ...(template?.kind === "WorkloadGroup" ? template.spec.metadata?.labels : {}), ...labels };
    const instance: WorkloadInstance = {
      namespace,
      name,
      workload: group,
      labels: merged,
      serviceAccount,
      address,
      ports: ports.map(({ name: portName, appPort, inboundPort }) => ({ name: portName, appPort, inboundPort })),
      health: health === Health.HEALTHY ? "healthy" : "unhealthy",
      locality,
      weight: weight || 1,
    };
    const before = this.#instances.get(`${namespace}/${name}`);
    this.#instances.set(`${namespace}/${name}`, instance);
    if (JSON.stringify(before) !== JSON.stringify(instance))
      await this.#publish({ upserts: [], instanceUpserts: [instance], instanceDeletes: [] });
    return toBinary(
      RegisterResponseSchema,
      create(RegisterResponseSchema, {
        trustDomain: TRUST_DOMAIN,
        workload: group,
        labels: merged,
        ...(probe === undefined ? {} : { probe: describeProbe(probe) }),
      }),
    );
  }

  async #deregister(bytes: Uint8Array): Promise<Uint8Array> {
    const { namespace, name } = fromBinary(DeregisterRequestSchema, bytes);
    if (this.#instances.delete(`${namespace}/${name}`))
      await this.#publish({ upserts: [], instanceUpserts: [], instanceDeletes: [`${namespace}/${name}`] });
    return toBinary(DeregisterResponseSchema, create(DeregisterResponseSchema));
  }

  #report(bytes: Uint8Array): Promise<Uint8Array> {
    const { sequence, windows, resourceSpans } = fromBinary(ReportRequestSchema, bytes);
    this.windows.push(...windows);
    for (const { resource, scopeSpans } of resourceSpans.map((each) => fromBinary(ResourceSpansSchema, each))) {
      const service = String(resource?.attributes.find(({ key }) => key === "service.name")?.value?.value.value);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) this.spans.push({ ...span, service });
    }
    for (const { reporter, responseCode, count } of windows)
      this.counts.set(
        `${reporter} ${responseCode}`,
        (this.counts.get(`${reporter} ${responseCode}`) ?? 0) + Number(count),
      );
    return Promise.resolve(
      toBinary(ReportResponseSchema, create(ReportResponseSchema, { acknowledgedSequence: sequence })),
    );
  }
}

function identityIn([principal = ""]: readonly string[] = []): ReporterIdentity {
  const { namespace = "", serviceAccount = "" } = parseSpiffeId(principal) ?? {};
  return { principal, namespace, serviceAccount };
}

function isSame(a: AnyResource, b: AnyResource): boolean {
  return formatRef(refOf(a)) === formatRef(refOf(b));
}

function parse(yaml: string): readonly AnyResource[] {
  const { resources, diagnostics } = parseDocuments(yaml);
  if (diagnostics.some(({ severity }) => severity === "error")) throw new Error(JSON.stringify(diagnostics));
  return resources;
}
