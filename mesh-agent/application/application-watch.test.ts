import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GrpcServer } from "#grpc/server.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { ApplicationWatch } from "#mesh-agent/application/application-watch.ts";
import { askApplication } from "#mesh-agent/application/ask-application.ts";
import { freePort } from "#node/free-port.ts";
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "#proto/gen/grpc/health/v1/health_pb.js";
import { ApplicationProbeSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

const HOST = "127.0.0.1";
const probe = (question: MessageInitShape<typeof ApplicationProbeSchema>["question"], failureThreshold = 1) =>
  create(ApplicationProbeSchema, {
    ...(question === undefined ? {} : { question }),
    timeoutSeconds: 1,
    periodSeconds: 1,
    successThreshold: 1,
    failureThreshold,
  });
const http = (port: number, path: string, isTls = false) =>
  probe({ case: "http", value: { host: HOST, port, path, isTls, headers: [{ name: "x-probe", value: "yes" }] } });

async function serveHttp(tls?: { cert: string; key: string }) {
  const answer: Parameters<typeof createServer>[1] = (request, response) => {
    if (request.url === "/silent") return;
    response.statusCode = Number(/\d+/.exec(request.url ?? "")?.[0] ?? 200);
    if (request.headers["x-probe"] !== "yes") response.statusCode = 400;
    response.end("x".repeat(100_000));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  await new Promise<void>((done) => server.listen(0, HOST, done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

test("HTTP: 200 to 399 is well, with the headers asked for, over TLS of anybody's too", async () => {
  const port = await serveHttp();
  expect(await askApplication(http(port, "/200"))).toBeUndefined();
  expect(await askApplication(http(port, "302"))).toBeUndefined();
  expect(await askApplication(http(port, "/404"))).toBe("GET /404 answers 404");
  expect(await askApplication(http(port, "/silent"))).toBe("no answer within 1 s");
  expect(await askApplication(http(await freePort(), "/"))).toContain("ECONNREFUSED");
  const authority = await makeTestAuthority();
  const tlsPort = await serveHttp(await authority.issue([{ type: "dns", value: "elsewhere" }]));
  expect(await askApplication(http(tlsPort, "/200", true))).toBeUndefined();
  expect(await askApplication(http(tlsPort, "/200"))).toBeDefined();
});

test("TCP: who takes a connection is well", async () => {
  const server = createTcpServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((done) => server.listen(0, HOST, done));
  const { port } = server.address() as { port: number };
  const ask = () => askApplication(probe({ case: "tcp", value: { host: HOST, port } }));
  expect(await ask()).toBeUndefined();
  await new Promise((done) => server.close(done));
  expect(await ask()).toContain("ECONNREFUSED");
});

test("gRPC: its health service says it, for the service that was named", async () => {
  const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
  const server = new GrpcServer({
    methods: new Map([
      [
        "/grpc.health.v1.Health/Check",
        {
          kind: "unary" as const,
          handle: async (bytes: Uint8Array) => {
            const { service } = fromBinary(HealthCheckRequestSchema, bytes);
            const status = service === "shop" ? SERVING : NOT_SERVING;
            return toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status }));
          },
        },
      ],
    ]),
  });
  const port = await server.listen({ host: HOST, port: 0 });
  cleanup.add(() => server.close());
  const ask = (at: number, service: string) => askApplication(probe({ case: "grpc", value: { port: at, service } }));
  expect(await ask(port, "shop")).toBeUndefined();
  expect(await ask(port, "bank")).toBe("it says NOT_SERVING");
  expect(await ask(await freePort(), "shop")).toContain("ECONNREFUSED");
});

test("unknown until asked; unwell after as many failures as it may have; well after one success", async () => {
  let status = 500;
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.statusCode = status;
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, HOST, done));
  cleanup.add(() => void server.close());
  const { port } = server.address() as { port: number };
  const heard: string[] = [];
  const watch: ApplicationWatch = new ApplicationWatch({
    onChange: () => {
      heard.push(`${watch.health} after ${asked}`);
      // With the change that is heard, and no question after it: how many it takes is counted.
      status = heard.length === 1 ? 200 : 500;
    },
    log: silentLogger,
  });
  cleanup.add(() => watch.stop());
  expect(watch.health).toBe("unknown");
  const mayFailTwice = probe({ case: "http", value: { host: HOST, port, path: "/" } }, 2);
  watch.follow(mayFailTwice);
  await eventually("a success", () => heard[1]);
  // The same again, as every heartbeat brings it, asks no more often: each that began anew would ask at once.
  for (let heartbeat = 0; heartbeat < 5; heartbeat++) {
    watch.follow(create(ApplicationProbeSchema, mayFailTwice));
    await new Promise((done) => setTimeout(done, 50));
  }
  await eventually("two failures", () => heard[2]);
  const asksTillWell = Number(heard[1]?.split(" ").at(-1));
  expect(heard).toEqual(["unhealthy after 1", `healthy after ${asksTillWell}`, `unhealthy after ${asksTillWell + 2}`]);
  expect(watch.reason).toBe("GET / answers 500");
  watch.follow(undefined);
  expect(watch.health).toBe("healthy");
});
