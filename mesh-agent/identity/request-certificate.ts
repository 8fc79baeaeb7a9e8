import { create, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import type { GrpcClient } from "#grpc/client.ts";
import { readMessage } from "#grpc/read-message.ts";
import { type Identity, parseIdentity } from "#mesh-agent/identity/identity.ts";
import { makeCsr } from "#mesh-agent/identity/make-csr.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";

const PATH = "/istio.v1.auth.IstioCertificateService/CreateCertificate";
const TIMEOUT_MS = 10_000;

/**
 * Asks for a certificate with a key made here. Authenticated by the join token, or by the connection's certificate when
 * there is none. Throws what the authority answered, and "forbidden" when it answers with another name.
 */
export async function requestCertificate(client: GrpcClient, spiffeId: string, token?: string): Promise<Identity> {
  const { keyPem, csrPem } = await makeCsr(spiffeId);
  const request = toBinary(IstioCertificateRequestSchema, create(IstioCertificateRequestSchema, { csr: csrPem }));
  const metadata = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await client.unary(PATH, request, { timeoutMs: TIMEOUT_MS, metadata });
  const { certChain } = readMessage(IstioCertificateResponseSchema, answer);
  const identity = parseIdentity({ keyPem, certificates: certChain, issuedAtMs: Date.now() });
  if (identity.spiffeId === spiffeId) return identity;
  throw new PharosError("forbidden", `asked for ${spiffeId} and got a certificate for ${identity.spiffeId}`);
}
