import { X509Certificate } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ErrorCode, PharosError } from "#core/errors.ts";
import { claimedId } from "#core/identity/claimed-id.ts";
import { type JoinToken, parseJoinToken } from "#core/identity/join-token.ts";
import { isReservedIdentity } from "#core/identity/reserved-identity.ts";
import { formatSpiffeId, parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import { checkSize } from "#proto/check-size.ts";
import {
  type IstioCertificateRequest,
  IstioCertificateRequestSchema,
  IstioCertificateResponseSchema,
} from "#proto/gen/istio/security/ca_pb.js";
import type { Authority } from "#server/ca/authority.ts";
import { checkCsr } from "#server/ca/check-csr.ts";
import { type FindGroup, requireGrant } from "#server/ca/grant.ts";
import { CHAIN_ALLOWANCE, IDENTITY_ALLOWANCE, IssueLimit } from "#server/ca/issue-limit.ts";
import { readSigned } from "#server/ca/read-signed.ts";
import type { RevocationBook } from "#server/ca/revocations.ts";
import type { IdentityStore } from "#server/ca/store.ts";

export interface CertificateServiceOptions {
  readonly authority: Authority;
  readonly store: IdentityStore;
  readonly revocations: RevocationBook;
  readonly findGroup: FindGroup;
  /** The longest life that is given; less when less is asked for. */
  readonly lifeMs: number;
  readonly audit: (line: {
    readonly actor: string;
    readonly action: string;
    readonly resource: string;
    readonly outcome: "allowed" | "refused" | "failed";
    readonly reason: string;
    readonly from: string;
  }) => void;
  readonly now?: () => number;
}

const REJOIN = "join again with a new token from `pharos token create`";
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["unauthenticated", "forbidden", "invalid", "exhausted"]);

/**
 * IstioCertificateService/CreateCertificate: who the caller is comes from its certificate or its join token, never from its
 * request. A renewal stands on the join token at the head of its chain: what that was for must still be there.
 */
export function createCertificateService(
  options: CertificateServiceOptions,
): (request: Uint8Array, peer: ForwardedPeer) => Promise<Uint8Array> {
  const { authority, store, revocations, findGroup, audit, now = Date.now } = options;
  const chains = new IssueLimit("the holder of join token", CHAIN_ALLOWANCE);
  const identities = new IssueLimit("identity", IDENTITY_ALLOWANCE);
  return async (bytes, peer) => {
    const from = peer.address;
    let actor = claimedId(peer);
    try {
      const caller = await identify(authority, store, peer, now());
      actor = caller.spiffeId;
      await caller.check();
      revocations.require(caller);
      if (caller.grantId !== null) {
        const grant = await store.findGrant(caller.grantId);
        if (grant !== undefined) requireGrant(grant, findGroup);
      }
      if (caller.grantId !== null) chains.take(caller.grantId, now());
      identities.take(caller.spiffeId, now());
      const request = readRequest(bytes);
      const publicKey = await checkCsr(request.csr, caller.spiffeId);
      const lifeMs = Math.min(options.lifeMs, askedLifeMs(request.validityDuration));
      // Only now: a request that is refused for its own faults leaves the token good for the next try.
      await caller.commit(from);
      const issued = await authority.issue({ publicKey, spiffeId: caller.spiffeId, lifeMs }, now());
      const { serial, notBefore, notAfter } = issued;
      await store.recordIssued(
        {
          serial,
          spiffeId: caller.spiffeId,
          notBefore,
          notAfter,
          issuedTo: from,
          authenticatedBy: caller.token === undefined ? "certificate" : "token",
          from,
          grantId: caller.grantId,
          fingerprint: new X509Certificate(issued.chain[0] ?? "").fingerprint256.replaceAll(":", "").toLowerCase(),
        },
        new Date(now()),
      );
      // One that was revoked meanwhile is on no list yet: it is not handed out.
      revocations.require(caller);
      if (caller.token !== undefined)
        audit({
          actor,
          action: "identity.join",
          resource: actor,
          outcome: "allowed",
          reason: `token ${caller.token}`,
          from,
        });
      return toBinary(
        IstioCertificateResponseSchema,
        create(IstioCertificateResponseSchema, { certChain: [...issued.chain] }),
      );
    } catch (error) {
      const known = PharosError.from(error);
      const outcome = REFUSALS.has(known.code) ? "refused" : "failed";
      audit({ actor, action: "identity.issue", resource: actor, outcome, reason: known.message, from });
      throw known;
    }
  };
}

function readRequest(bytes: Uint8Array): IstioCertificateRequest {
  try {
    checkSize(IstioCertificateRequestSchema, bytes);
    return fromBinary(IstioCertificateRequestSchema, bytes);
  } catch (cause) {
    throw new PharosError("invalid", "the call carries no IstioCertificateRequest", { cause });
  }
}

function askedLifeMs(seconds: bigint): number {
  if (seconds < 0n) throw new PharosError("invalid", `a certificate cannot live ${seconds} seconds`);
  return seconds === 0n ? Infinity : Number(seconds) * 1000;
}

interface CertificateCaller {
  readonly spiffeId: string;
  /** Of the certificate it showed. */
  readonly serial?: string;
  /** The join token at the head of its chain; null where it is not known. */
  readonly grantId: string | null;
  /** Id of the join token; absent for one who renews with its certificate. */
  readonly token?: string;
  /** Throws when the token is not good any more. */
  check(): Promise<unknown>;
  /** Uses the token up. */
  commit(usedBy: string): Promise<unknown>;
}

async function identify(
  authority: Authority,
  store: IdentityStore,
  peer: ForwardedPeer,
  nowMs: number,
): Promise<CertificateCaller> {
  const bearer = /^Bearer (.+)$/i.exec(peer.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) {
    const token = readToken(bearer);
    const { namespace, serviceAccount } = await store.peekToken(token.id, token.secret);
    const spiffeId = formatSpiffeId({ trustDomain: authority.trustDomain, namespace, serviceAccount });
    const now = new Date(nowMs);
    return {
      spiffeId,
      grantId: token.id,
      token: token.id,
      async check() {
        refuseChangedToken(token, spiffeId, authority.fingerprint);
        await store.checkToken(token.id, token.secret, now);
      },
      commit: (usedBy) => store.burnToken(token.id, token.secret, usedBy, now),
    };
  }
  if (peer.certificate === null) {
    throw new PharosError("unauthenticated", "the caller showed neither a certificate nor a join token", {
      hint: "join with a token from `pharos token create`",
    });
  }
  const spiffeId = verifyCertificate(authority, peer.certificate, nowMs);
  const { serial } = peer.certificate;
  const issued = await store.findIssued(serial);
  return {
    spiffeId,
    serial,
    grantId: issued?.grantId ?? null,
    check: () => Promise.resolve(),
    commit: () => Promise.resolve(),
  };
}

/** What cannot be read proves nobody's identity: on this wire that is no fault of the request. */
function readToken(text: string): JoinToken {
  try {
    return parseJoinToken(text);
  } catch (error) {
    const { message, hint = REJOIN } = PharosError.from(error);
    throw new PharosError("unauthenticated", message, { hint, cause: error });
  }
}

/** The claims are for whoever joins and decide nothing here; that they differ means somebody wrote them anew. */
function refuseChangedToken(token: JoinToken, spiffeId: string, fingerprint: string): void {
  const claimed = formatSpiffeId(token);
  const why =
    claimed !== spiffeId
      ? `names ${claimed}, but was made for ${spiffeId}`
      : token.rootFingerprint !== fingerprint
        ? "names another root than this mesh's"
        : undefined;
  if (why !== undefined)
    throw new PharosError("unauthenticated", `join token ${token.id} was changed: it ${why}`, {
      hint: "use the token as `pharos token create` printed it",
    });
}

/** The id in a certificate that this authority signed and that is in its time. Throws "unauthenticated". */
export function verifyCertificate(
  authority: Authority,
  certificate: NonNullable<ForwardedPeer["certificate"]>,
  nowMs: number,
): string {
  const [uri = "", ...more] = certificate.uris;
  const refuse = (why: string): never => {
    throw new PharosError("unauthenticated", `certificate ${certificate.serial} of ${uri || "nobody"} ${why}`, {
      hint: REJOIN,
    });
  };
  const signed = readSigned(authority, certificate.der);
  if (signed === undefined) return refuse("was not issued by this mesh");
  if (signed.to.getTime() <= nowMs) refuse(`ended at ${signed.to.toISOString()}`);
  if (signed.from.getTime() > nowMs) refuse(`begins at ${signed.from.toISOString()}`);
  const identity = more.length > 0 ? undefined : parseSpiffeId(uri);
  if (identity?.trustDomain !== authority.trustDomain) refuse(`carries no id of ${authority.trustDomain}`);
  if (identity !== undefined && isReservedIdentity(identity)) refuse("carries the control plane's own id");
  return uri;
}
