import type { Headers } from "#core/simulate/headers.ts";

/** gRPC statuses of what a proxy answers by itself (Envoy's httpToGrpcStatus). */
const GRPC_OF_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
const UNKNOWN = 2;

export function isGrpc(request: Headers): boolean {
  const type = request.get("content-type");
  if (type === undefined || !type.startsWith("application/grpc")) return false;
  const next = type[16];
  return next === undefined || next === "+" || next === ";";
}

/** A caller that speaks gRPC gets 200, and the proxy's own answer as gRPC's status and message. */
export function replyAs(request: Headers, status: number, headers: Headers, body: string, grpcStatus?: number): number {
  if (!isGrpc(request)) return status;
  headers.set("grpc-status", String(grpcStatus ?? GRPC_OF_HTTP[status] ?? UNKNOWN));
  if (body !== "") headers.set("grpc-message", encodeMessage(body));
  return 200;
}

/** What is not printable ASCII, and %, as bytes in percent signs. */
function encodeMessage(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) =>
      byte < 32 || byte > 126 || byte === 37
        ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}
