import { once } from "node:events";
import { request } from "node:http";
import { request as requestTls } from "node:https";
import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { connectGrpc } from "#grpc/client.ts";
import { readMessage } from "#grpc/read-message.ts";
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "#proto/gen/grpc/health/v1/health_pb.js";
import type { ApplicationProbe, GrpcQuestion, HttpQuestion, TcpQuestion } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const CHECK = "/grpc.health.v1.Health/Check";

/** Asks once. Undefined when the application is well; else why it is not taken to be. */
export async function askApplication({ question, timeoutSeconds }: ApplicationProbe): Promise<string | undefined> {
  const timeoutMs = timeoutSeconds * 1000;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    switch (question.case) {
      case "http":
        return await askHttp(question.value, signal);
      case "tcp":
        return await askTcp(question.value, signal);
      case "grpc":
        return await askGrpc(question.value, timeoutMs);
      case undefined:
        // A control plane that knows more ways than this agent: nothing it could ask.
        return undefined;
    }
  } catch (error) {
    return signal.aborted ? `no answer within ${timeoutSeconds} s` : PharosError.from(error).message;
  }
}

/** 200 to 399 is well, as for the kubelet. Whose certificate it is does not matter beside the application. */
async function askHttp(
  { host, port, isTls, path, headers }: HttpQuestion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const outgoing = (isTls ? requestTls : request)({
    host,
    port,
    path: path.startsWith("/") ? path : `/${path}`,
    headers: { "user-agent": "pharos-probe", ...Object.fromEntries(headers.map(({ name, value }) => [name, value])) },
    agent: false,
    signal,
    ...(isTls ? { rejectUnauthorized: false } : {}),
  });
  // Whoever waits stops listening when the time is over, and the request ends with an error only then.
  outgoing.on("error", () => undefined).end();
  const [answer] = (await once(outgoing, "response", { signal })) as [import("node:http").IncomingMessage];
  outgoing.destroy();
  const { statusCode = 0 } = answer;
  return statusCode >= 200 && statusCode < 400 ? undefined : `GET ${path} answers ${statusCode}`;
}

async function askTcp({ host, port }: TcpQuestion, signal: AbortSignal): Promise<undefined> {
  const socket = connect({ host, port }).on("error", () => undefined);
  try {
    await once(socket, "connect", { signal });
  } finally {
    socket.destroy();
  }
}

async function askGrpc({ port, service }: GrpcQuestion, timeoutMs: number): Promise<string | undefined> {
  const client = await connectGrpc({ address: `127.0.0.1:${port}` }, timeoutMs);
  try {
    const request = toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service }));
    const { status } = readMessage(HealthCheckResponseSchema, await client.unary(CHECK, request, { timeoutMs }));
    return status === HealthCheckResponse_ServingStatus.SERVING
      ? undefined
      : `it says ${HealthCheckResponse_ServingStatus[status] ?? status}`;
  } finally {
    client.close();
  }
}
