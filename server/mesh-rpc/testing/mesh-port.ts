import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { PharosError } from "#core/errors.ts";
import type { AuditView } from "#core/view/session.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { issueIdentity } from "#server/ca/testing/issue-identity.ts";
import { makeCsr } from "#server/ca/testing/make-csr.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const HOUR_MS = 3_600_000;
export const REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";
export const NODE = "sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local";
export const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
const CREATE = "/istio.v1.auth.IstioCertificateService/CreateCertificate";
const LOOPBACK = expect.stringMatching(/^127\.0\.0\.1:\d+$/);

/** The certificate that a caller shows, if any. */
export interface Shown {
  readonly cert?: string;
  readonly key?: string;
}

export interface Expected {
  readonly code: string;
  readonly message: RegExp;
  readonly hint?: RegExp;
  /** The audit trail of the attempt, oldest first. */
  readonly trail: readonly {
    readonly action: string;
    readonly actor: string;
    /** Absent: whatever it is. */
    readonly resource?: string;
    readonly reason: RegExp;
  }[];
}

/** Callers of a mesh port that is open when they are asked for what they show. */
export function callersOf(mesh: () => MeshPort) {
  const showing =
    (issuer: () => Authority, spiffeId = REVIEWS, fromMs = 0, lifeMs = HOUR_MS) =>
    (): Promise<Shown> =>
      issueIdentity(issuer(), spiffeId, { fromMs, lifeMs });
  return {
    showing,
    nobody: async (): Promise<Shown> => ({}),
    expired: showing(() => mesh().ours, REVIEWS, -HOUR_MS, 60_000),
    stranger: showing(() => mesh().foreign),
    good: showing(() => mesh().ours),
  };
}

/** Lines of a connection come once for many of its kind and are counted then: the tests of TLS look at those. */
const isOfConnection = ({ action, resource }: AuditView) => action === "xds.connect" && resource.startsWith("spiffe:");

/** The whole server as it is shipped, in a process of its own, and whoever comes to its mesh port. */
export class MeshPort {
  readonly serve: Serve;
  readonly admin: ApiClient;
  /** Its address, HOST:PORT. */
  readonly xds: string;
  readonly ours: Authority;
  /** Of the same trust domain, with another root. */
  readonly foreign: Authority;

  private constructor(serve: Serve, ours: Authority, foreign: Authority) {
    this.serve = serve;
    this.admin = connect({ dir: serve.dir });
    this.xds = (JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as { xds: string }).xds;
    this.ours = ours;
    this.foreign = foreign;
  }

  static async open(): Promise<MeshPort> {
    const serve = await startServe();
    const ours = await openAuthority(serve.dir, "cluster.local", undefined);
    const foreign = await Authority.open("cluster.local", await makeRoot("cluster.local", Date.now() - HOUR_MS));
    return new MeshPort(serve, ours, foreign);
  }

  stop(): Promise<void> {
    return this.serve.stop();
  }

  async call(shown: Shown, path: string, request: Uint8Array, token?: string): Promise<Buffer> {
    const client = await connectGrpc({ address: this.xds, tls: { roots: this.ours.root, ...shown } });
    try {
      const metadata = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return await client.unary(path, request, { timeoutMs: 30_000, metadata });
    } finally {
      client.close();
    }
  }

  async askCertificate(shown: Shown, token?: string, spiffeId = REVIEWS): Promise<readonly string[]> {
    const csr = makeCsr({ names: [[{ kind: "uri", value: spiffeId }]] });
    const request = toBinary(IstioCertificateRequestSchema, create(IstioCertificateRequestSchema, { csr }));
    return fromBinary(IstioCertificateResponseSchema, await this.call(shown, CREATE, request, token)).certChain;
  }

  /** Opens a stream as a proxy does; rejects with the status that ended it, resolves when it was sent something. */
  async openStream(
    shown: Shown,
    node: { id?: string; metadata?: Record<string, string> },
    isDelta = true,
  ): Promise<void> {
    const client = await connectGrpc({ address: this.xds, tls: { roots: this.ours.root, ...shown } });
    const metadata = { NAMESPACE: "default", SERVICE_ACCOUNT: "reviews", ...node.metadata };
    const first = { node: { id: node.id ?? NODE, metadata }, typeUrl: TYPE_URLS.CDS };
    const request = isDelta
      ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, first))
      : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, first));
    try {
      await new Promise<void>((resolve, reject) => {
        const stream = client.stream(`${ADS}/${isDelta ? "Delta" : "Stream"}AggregatedResources`, {
          onMessage: () => resolve(),
          onClose: (error) => reject(error ?? new Error("it ended with status 0")),
        });
        stream.send([request]);
      });
    } finally {
      client.close();
    }
  }

  async makeToken(serviceAccount = "reviews"): Promise<string> {
    return (await this.admin.identity.createJoinToken.mutate({ namespace: "default", serviceAccount })).token;
  }

  /** The newest lines of the audit. */
  list(): Promise<readonly AuditView[]> {
    return this.admin.access.audit.query({ limit: 100 });
  }

  /** Refused with this status, and its trail is in the audit and, word for word, in the log. */
  async refuses(attempt: () => Promise<unknown>, { code, message, hint = /^/, trail }: Expected): Promise<void> {
    const before = new Set((await this.list()).map(({ id }) => id));
    const error = await attempt().then(() => undefined, PharosError.from);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error?.hint ?? "").toMatch(hint);
    await this.leaves(before, trail, (line) => !isOfConnection(line));
  }

  /** The lines that are meant and were not there `before` are these, in the audit and, word for word, in the log. */
  async leaves(
    before: ReadonlySet<string>,
    trail: Expected["trail"],
    isMeant: (line: AuditView) => boolean,
  ): Promise<void> {
    const added = async () => (await this.list()).filter((line) => !before.has(line.id) && isMeant(line)).reverse();
    await expect.poll(added).toEqual(
      trail.map(({ action, actor, resource, reason }) =>
        expect.objectContaining({
          action,
          actor,
          ...(resource === undefined ? {} : { resource }),
          outcome: "refused",
          reason: expect.stringMatching(reason),
          from: LOOPBACK,
        }),
      ),
    );
    // What it writes comes over a pipe, later than an answer may.
    const logged = () =>
      this.serve
        .log()
        .split("\n")
        .filter((line) => line.includes('"message":"audit"') && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const { actor, action, reason, from } of await added())
      await expect.poll(logged).toContainEqual(expect.objectContaining({ level: "warn", actor, action, reason, from }));
  }
}
