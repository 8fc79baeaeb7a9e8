import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import type { ServiceRow } from "#core/view/service.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { DeltaDiscoveryRequestSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import {
  Health,
  RegisterRequestSchema,
  ReportRequestSchema,
  ReportResponseSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Authority } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { issueIdentity } from "#server/ca/testing/issue-identity.ts";
import { serviceText } from "#testing/service-text.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const CONFIG = `${serviceText("ratings")}---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: shop, namespace: default }
spec: { template: { serviceAccount: shop, locality: us } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: open, namespace: default }
spec: { metadata: { labels: { app: ratings } }, template: {} }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 8080, name: http, protocol: HTTP }, hosts: [secret.example.com] }
    - port: { number: 8443, name: https, protocol: HTTPS }
      hosts: [secret.example.com]
      tls: { mode: SIMPLE, serverCertificate: /tls/front.crt, privateKey: /tls/front.key }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ratings, namespace: default }
spec:
  selector: { matchLabels: { app: ratings } }
  action: DENY
  rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/secret-caller] } }] }]
`;
export const AGENT = "/pharos.agent.v1.AgentService";
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
export const LONG = "x".repeat(100_000);
export const nodeId = (name: string, type = "sidecar"): string =>
  `${type}~127.0.0.1~${name}.default~default.svc.cluster.local`;

type Said = MessageInitShape<typeof RegisterRequestSchema>;

/** What the instance that is harmed registers. */
export const VICTIM = {
  namespace: "default",
  name: "ratings-v1-0",
  group: "ratings-v1",
  serviceAccount: "ratings",
  ports: [{ name: "http", appPort: 9080, inboundPort: 19_080 }],
  health: Health.HEALTHY,
} satisfies Said;
/** What an agent of account `shop` registers that keeps to its own. */
export const HONEST = {
  ...VICTIM,
  name: "shop-0",
  group: "shop",
  serviceAccount: "shop",
  ports: [{ name: "http", appPort: 9081, inboundPort: 19_081 }],
};

/**
 * A whole server with an instance of `ratings`, one that calls it, and an agent with a good certificate of account
 * `shop`: what it cannot do to `ratings` and to the gateway, whatever it says.
 */
export class HostileMesh {
  readonly serve: Serve;
  readonly admin: ApiClient;
  readonly #ours: Authority;
  readonly #clients: GrpcClient[] = [];
  #shop: GrpcClient | undefined;
  #before = "";

  private constructor(serve: Serve, ours: Authority) {
    this.serve = serve;
    this.admin = connect({ dir: serve.dir });
    this.#ours = ours;
  }

  static async open(): Promise<HostileMesh> {
    const serve = await startServe();
    const mesh = new HostileMesh(serve, await openAuthority(serve.dir, "cluster.local", undefined));
    await mesh.admin.config.applyChanges.mutate({ changes: [{ op: "upsert", text: CONFIG }], reason: "" });
    const victim = await mesh.dial("ratings");
    await mesh.register(victim, VICTIM);
    await mesh.stream(victim, { id: nodeId("ratings-v1-0") });
    await mesh.stream(await mesh.dial("caller"), { id: nodeId("caller-0") }, ["CDS", "EDS"]);
    mesh.#before = await vi.waitFor(async () => {
      const seen = await mesh.seenByCallers();
      // They are two questions: the registration may come between them.
      for (const part of ["19080", "sa/ratings"]) expect(seen).toContain(part);
      return seen;
    }, 30_000);
    mesh.#shop = await mesh.dial("shop");
    return mesh;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.serve.stop();
  }

  /** The connection of the agent that is hostile. */
  get shop(): GrpcClient {
    if (this.#shop === undefined) throw new Error("the mesh is not open yet");
    return this.#shop;
  }

  /** What callers were told of ratings before anything hostile was said. */
  get before(): string {
    return this.#before;
  }

  /** A connection with a good certificate of this account. */
  async dial(account: string): Promise<GrpcClient> {
    const shown = await issueIdentity(this.#ours, `spiffe://cluster.local/ns/default/sa/${account}`);
    const { xds } = JSON.parse(readFileSync(join(this.serve.dir, "server.json"), "utf8")) as { xds: string };
    const client = await connectGrpc({ address: xds, tls: { roots: this.#ours.root, ...shown } });
    this.#clients.push(client);
    return client;
  }

  /** A proxy's stream that asks for these types; resolves once it was answered, rejects with what ended it. */
  async stream(
    client: GrpcClient,
    node: { id: string; metadata?: object },
    types: readonly XdsType[] = ["CDS", "LDS"],
  ): Promise<{ readonly ended: Promise<never> }> {
    const ended = Promise.withResolvers<never>();
    const first = Promise.withResolvers<void>();
    const open = client.stream(ADS, { onMessage: () => first.resolve(), onClose: (error) => ended.reject(error) });
    ended.promise.catch(() => undefined);
    for (const [at, type] of types.entries())
      open.send([
        toBinary(
          DeltaDiscoveryRequestSchema,
          create(DeltaDiscoveryRequestSchema, {
            ...(at === 0 ? { node: { id: node.id, metadata: { NAMESPACE: "default", ...node.metadata } } } : {}),
            typeUrl: TYPE_URLS[type],
          }),
        ),
      ]);
    await Promise.race([first.promise, ended.promise]);
    return { ended: ended.promise };
  }

  register(client: GrpcClient, said: Said): Promise<Buffer> {
    return client.unary(`${AGENT}/Register`, toBinary(RegisterRequestSchema, create(RegisterRequestSchema, said)), {
      timeoutMs: 30_000,
    });
  }

  /** What an agent tells of requests; returns what of it was not taken. */
  async report(client: GrpcClient, said: MessageInitShape<typeof ReportRequestSchema>): Promise<readonly string[]> {
    const report = create(ReportRequestSchema, { sequence: 1n, ...said });
    const answer = await client.unary(`${AGENT}/Report`, toBinary(ReportRequestSchema, report), { timeoutMs: 30_000 });
    return fromBinary(ReportResponseSchema, answer).refused;
  }

  /** How ratings does, as people see it. */
  async ratings(): Promise<ServiceRow | undefined> {
    const services = await this.admin.services.list.query({ seconds: 300 });
    return services.find(({ host }) => host.startsWith("ratings"));
  }

  /** What callers are told of ratings: its endpoints, and whose certificates they accept there. */
  async seenByCallers(): Promise<string> {
    const of = async (type: XdsType) => {
      const all = await this.admin.proxies.config.query({ id: nodeId("caller-0"), type });
      return (all as readonly { name: string }[]).filter(({ name }) => name.includes("ratings.default"));
    };
    return JSON.stringify([await of("CDS"), await of("EDS")]);
  }
}
