import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { IstioCertificateRequestSchema } from "#proto/gen/istio/security/ca_pb.js";
import {
  DeregisterRequestSchema,
  RegisterRequestSchema,
  ReportRequestSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { openAuthority } from "#server/ca/open-authority.ts";
import { issueIdentity } from "#server/ca/testing/issue-identity.ts";
import { makeCsr } from "#server/ca/testing/make-csr.ts";
import { fc, seed } from "#testing/fc.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

// The whole server, and what nobody means to send to its mesh port: whoever sends it is told so, and nobody else notices.

const REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";
const AGENT = "/pharos.agent.v1.AgentService";
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
const NODE = {
  id: "sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local",
  metadata: { NAMESPACE: "default", SERVICE_ACCOUNT: "reviews", LABELS: { app: "reviews" } },
};
const nowMs = BigInt(Date.now());

const UNARY = [
  [
    `${AGENT}/Register`,
    toBinary(
      RegisterRequestSchema,
      create(RegisterRequestSchema, {
        namespace: "default",
        name: "reviews-0",
        group: "reviews",
        serviceAccount: "reviews",
        address: "127.0.0.1",
        labels: { app: "reviews" },
        ports: [{ name: "http", appPort: 9080, inboundPort: 19080 }],
      }),
    ),
  ],
  [
    `${AGENT}/Deregister`,
    toBinary(DeregisterRequestSchema, create(DeregisterRequestSchema, { namespace: "default", name: "reviews-0" })),
  ],
  [
    `${AGENT}/Report`,
    toBinary(
      ReportRequestSchema,
      create(ReportRequestSchema, {
        storeId: "store",
        sequence: 1n,
        instance: "default/reviews-0",
        sentAtMs: nowMs,
        windows: [{ windowStartMs: nowMs, reporter: "source", count: 1n, durationBuckets: [1], responseCode: 200 }],
        samples: [{ startMs: nowMs, reporter: "source", method: "GET", path: "/", responseCode: 200 }],
      }),
    ),
  ],
  [
    "/istio.v1.auth.IstioCertificateService/CreateCertificate",
    toBinary(
      IstioCertificateRequestSchema,
      create(IstioCertificateRequestSchema, { csr: makeCsr({ names: [[{ kind: "uri", value: REVIEWS }]] }) }),
    ),
  ],
] as const;

const STREAMS = [
  [
    `${ADS}/DeltaAggregatedResources`,
    toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { node: NODE, typeUrl: TYPE_URLS.CDS })),
  ],
  [
    `${ADS}/StreamAggregatedResources`,
    toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, { node: NODE, typeUrl: TYPE_URLS.LDS })),
  ],
] as const;

let serve: Serve;
let client: GrpcClient;
let shown: { readonly roots: string; readonly cert: string; readonly key: string };
let xds: string;

beforeAll(async () => {
  serve = await startServe();
  xds = (JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as { xds: string }).xds;
  const authority = await openAuthority(serve.dir, "cluster.local", undefined);
  shown = { roots: authority.root, ...(await issueIdentity(authority, REVIEWS)) };
  client = await connectGrpc({ address: xds, tls: shown });
});
afterAll(async () => {
  client.close();
  await serve.stop();
});

/** A message with some of its bytes changed, taken out, put in, or cut off; or no message at all. */
function damaged(message: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.nat(Math.max(0, message.length - 1)),
    cut: fc.nat(8),
    put: fc.uint8Array({ maxLength: 8 }),
  });
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 }).map((all) => {
    let bytes = Buffer.from(message);
    for (const { at, cut, put } of all)
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + cut)]);
    return bytes;
  });
  const ends = fc.nat(message.length).map((length) => message.subarray(0, length));
  return fc.oneof({ weight: 6, arbitrary: edits }, ends, fc.uint8Array({ maxLength: 64 }));
}

function isTheirFault(error: unknown): void {
  const { code, message } = PharosError.from(error);
  expect(code, message).not.toBe("internal");
  expect(message).not.toMatch(/\n\s+at |\.ts:\d+/);
}

async function servesOn(): Promise<void> {
  expect((await fetch(`${serve.url}/readyz`)).status).toBe(200);
  expect(serve.log()).not.toContain("a call of the mesh port failed");
  expect(serve.log()).not.toContain("a fault that nothing caught");
  expect(serve.log()).not.toContain("the mesh thread died");
}

test.each(UNARY)(`%s tells who sends nonsense so (FUZZ_SEED=${seed})`, async (path, message) => {
  await fc.assert(
    fc.asyncProperty(damaged(message), async (bytes) => {
      await client.unary(path, bytes, { timeoutMs: 30_000 }).catch(isTheirFault);
    }),
    { seed, numRuns: 150 },
  );
  await servesOn();
});

test.each(UNARY)("%s calls what is no message an invalid argument", async (path) => {
  await expect(client.unary(path, Buffer.from([0x0a, 0xff]), { timeoutMs: 30_000 })).rejects.toMatchObject({
    code: "invalid",
  });
});

test.each(STREAMS)(`%s tells who sends nonsense so (FUZZ_SEED=${seed})`, async (path, message) => {
  await fc.assert(
    fc.asyncProperty(fc.array(damaged(message), { minLength: 1, maxLength: 3 }), fc.boolean(), async (all, isFirst) => {
      await new Promise<void>((resolve, reject) => {
        const stream = client.stream(path, {
          onMessage: () => undefined,
          onClose: (error) => {
            try {
              if (error !== undefined) isTheirFault(error);
              resolve();
            } catch (failure) {
              reject(failure as Error);
            }
          },
        });
        if (!isFirst) stream.send([message]);
        for (const bytes of all) stream.send([bytes]);
        stream.end();
      });
    }),
    { seed, numRuns: 80 },
  );
  await servesOn();
});

test(`bytes that are no gRPC frames end their call only (FUZZ_SEED=${seed})`, async () => {
  const session = connectHttp2(`https://${xds}`, {
    ca: shown.roots,
    cert: shown.cert,
    key: shown.key,
    checkServerIdentity: () => undefined,
  });
  session.on("error", () => undefined);
  const paths = [...UNARY, ...STREAMS].map(([path]) => path);
  const header = fc.constantFrom("grpc-timeout", "grpc-encoding", "authorization", "grpc-accept-encoding", "x");
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constantFrom(...paths), fc.webPath()),
      fc.constantFrom("application/grpc", "application/grpc+proto", "text/plain"),
      fc.dictionary(header, fc.string({ unit: "grapheme-ascii", maxLength: 30 }), { maxKeys: 3 }),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
      async (path, type, headers, chunks) => {
        await new Promise<void>((done) => {
          const stream = session.request({ ":method": "POST", ":path": path, "content-type": type, ...headers });
          stream.on("error", () => undefined).once("close", done);
          stream.resume();
          for (const chunk of chunks) stream.write(chunk);
          stream.end();
        });
      },
    ),
    { seed, numRuns: 150 },
  );
  session.destroy();
  await servesOn();
});
