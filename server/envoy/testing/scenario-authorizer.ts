import { createServer, type ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CheckRequestSchema, CheckResponseSchema } from "#proto/gen/envoy/service/auth/v3/external_auth_pb.js";
import { StatusCode } from "#proto/gen/envoy/type/v3/http_status_pb.js";
import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

const DENIED = 7;
/** Of gRPC's frame: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

/** Who is let in; a status other than 200 is for everybody. */
export function isAllowed(status: number, headers: Readonly<Record<string, string>>): boolean {
  return status === 200 && headers["x-user"] === "ann";
}

/** An external authorizer over gRPC without TLS. A connection has no headers: all are let in, unless `status` is another than 200. */
export function createGrpcAuthorizer(
  name: string,
  status: number,
  gives: Readonly<Record<string, string>>,
  seen: SeenRequest[],
): Server {
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const { attributes } = fromBinary(CheckRequestSchema, Buffer.concat(chunks).subarray(PREFIX_BYTES));
      const http = attributes?.request?.http;
      const headers = http?.headers ?? {};
      seen.push({ app: name, method: http?.method ?? "", path: http?.path ?? "", headers });
      const isIn = http === undefined ? status === 200 : isAllowed(status, headers);
      const body = toBinary(
        CheckResponseSchema,
        create(CheckResponseSchema, answer(isIn, status, { "x-role": "admin", ...gives })),
      );
      const frame = Buffer.alloc(PREFIX_BYTES + body.length);
      frame.writeUInt32BE(body.length, 1);
      frame.set(body, PREFIX_BYTES);
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(frame);
    });
  });
  return server as unknown as Server;
}

function answer(
  isIn: boolean,
  status: number,
  given: Readonly<Record<string, string>>,
): Parameters<typeof create<typeof CheckResponseSchema>>[1] {
  if (isIn) {
    const headers = Object.entries(given).map(([key, value]) => ({ header: { key, value } }));
    return { status: { code: 0 }, httpResponse: { case: "okResponse", value: { headers } } };
  }
  const code: StatusCode = status === 200 ? StatusCode.Forbidden : status;
  return {
    status: { code: DENIED },
    httpResponse: {
      case: "deniedResponse",
      value: { status: { code }, headers: [{ header: { key: "x-reason", value: "stranger" } }] },
    },
  };
}
