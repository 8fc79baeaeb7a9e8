import { X509Certificate } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { formatSpiffeId, parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import type { Authority } from "#server/ca/authority.ts";
import { checkCsr } from "#server/ca/check-csr.ts";
import type { IdentityStore } from "#server/ca/store.ts";
import type { ForwardedPeer } from "#server/mesh/protocol.ts";

export interface CertificateServiceOptions {
  readonly authority: Authority;
  readonly store: IdentityStore;
  readonly lifeMs: number;
  readonly audit: (line: {
    readonly actor: string;
    readonly action: string;
    readonly resource: string;
    readonly outcome: "allowed" | "refused";
    readonly reason: string;
    readonly from: string;
  }) => void;
  readonly now?: () => number;
}

const LIFE_MS_MIN = 5_000;

/** IstioCertificateService/CreateCertificate: who the caller is comes from its certificate or its join token, never from its request. */
export function createCertificateService(
  options: CertificateServiceOptions,
): (request: Uint8Array, peer: ForwardedPeer) => Promise<Uint8Array> {
  const { authority, store, audit, now = Date.now } = options;
  return async (bytes, peer) => {
    let actor = "unknown";
    try {
      const request = fromBinary(IstioCertificateRequestSchema, bytes);
      const caller = await identify(authority, store, peer, now());
      actor = caller.spiffeId;
      const publicKey = await checkCsr(request.csr, caller.spiffeId);
      // Only now: a request that is refused for its own faults leaves the token good for the next try.
      await caller.commit(peer.address);
      const asked = Number(request.validityDuration) * 1000;
      const lifeMs = Math.max(LIFE_MS_MIN, asked > 0 ? Math.min(asked, options.lifeMs) : options.lifeMs);
      const issued = await authority.issue({ publicKey, spiffeId: caller.spiffeId, lifeMs }, now());
      const { serial, notBefore, notAfter } = issued;
      await store.recordIssued(
        {
          serial,
          spiffeId: caller.spiffeId,
          notBefore,
          notAfter,
          issuedTo: peer.address,
          authenticatedBy: caller.by,
          from: peer.address,
        },
        new Date(now()),
      );
      if (caller.by === "token")
        audit({
          actor: caller.spiffeId,
          action: "identity.join",
          resource: caller.spiffeId,
          outcome: "allowed",
          reason: `token ${caller.token}`,
          from: peer.address,
        });
      return toBinary(
        IstioCertificateResponseSchema,
        create(IstioCertificateResponseSchema, { certChain: [...issued.chain] }),
      );
    } catch (error) {
      const known = PharosError.from(error);
      audit({
        actor,
        action: "identity.issue",
        resource: actor,
        outcome: "refused",
        reason: known.message,
        from: peer.address,
      });
      throw known;
    }
  };
}

interface CertificateCaller {
  readonly spiffeId: string;
  readonly by: "token" | "certificate";
  readonly token?: string;
  commit(usedBy: string): Promise<void>;
}

async function identify(
  authority: Authority,
  store: IdentityStore,
  peer: ForwardedPeer,
  nowMs: number,
): Promise<CertificateCaller> {
  const bearer = /^Bearer (.+)$/i.exec(peer.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) {
    const token = parseJoinToken(bearer);
    const { namespace, serviceAccount } = await store.peekToken(token.id, token.secret);
    const spiffeId = formatSpiffeId({ trustDomain: authority.trustDomain, namespace, serviceAccount });
    return {
      spiffeId,
      by: "token",
      token: token.id,
      commit: async (usedBy) => void (await store.burnToken(token.id, token.secret, usedBy, new Date(nowMs))),
    };
  }
  if (peer.certificate === null) {
    throw new PharosError("unauthenticated", "the caller showed neither a certificate nor a join token", {
      hint: "join with a token from `pharos token create`",
    });
  }
  const spiffeId = verifyCertificate(authority, peer.certificate, nowMs);
  return { spiffeId, by: "certificate", commit: () => Promise.resolve() };
}

/** The id in a certificate that this authority signed and that is in its time. Throws "unauthenticated". */
export function verifyCertificate(
  authority: Authority,
  certificate: NonNullable<ForwardedPeer["certificate"]>,
  nowMs: number,
): string {
  const leaf = new X509Certificate(certificate.der);
  const refuse = (why: string): never => {
    throw new PharosError("unauthenticated", `certificate ${certificate.serial} ${why}`, {
      hint: "join again with a new token from `pharos token create`",
    });
  };
  if (!leaf.verify(new X509Certificate(authority.root).publicKey)) refuse("was not issued by this mesh");
  if (leaf.validToDate.getTime() <= nowMs) refuse(`ended at ${leaf.validToDate.toISOString()}`);
  if (leaf.validFromDate.getTime() > nowMs) refuse(`begins at ${leaf.validFromDate.toISOString()}`);
  const [uri = "", ...more] = certificate.uris;
  const identity = parseSpiffeId(uri);
  if (identity === undefined || more.length > 0 || identity.trustDomain !== authority.trustDomain)
    refuse(`carries no id of ${authority.trustDomain}`);
  return uri;
}
