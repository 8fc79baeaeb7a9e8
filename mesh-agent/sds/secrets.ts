import { createHash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { SECRET_NAMES } from "#core/xds/secret-names.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import { rootFingerprints } from "#mesh-agent/identity/join-mesh.ts";
import type { RevocationLists } from "#mesh-agent/identity/revocation-watch.ts";
import { type Secret, SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";

export interface EncodedSecret {
  readonly name: string;
  /** Content hash. */
  readonly version: string;
  readonly body: Uint8Array;
}

const inline = (text: string) => ({ specifier: { case: "inlineString", value: text } }) as const;

/** An identity as the secrets that Envoy asks for, and the host's own authorities where it has some. */
export function buildSecrets(
  { chainPem, keyPem, rootsPem }: Identity,
  systemRootsPath: string | undefined,
  revoked: RevocationLists = {},
): readonly EncodedSecret[] {
  return [
    ...(systemRootsPath === undefined
      ? []
      : [
          encodeSecret(
            create(SecretSchema, {
              name: SECRET_NAMES.systemRoots,
              type: {
                case: "validationContext",
                value: { trustedCa: { specifier: { case: "filename", value: systemRootsPath } } },
              },
            }),
          ),
        ]),
    encodeSecret(
      create(SecretSchema, {
        name: SECRET_NAMES.certificate,
        type: { case: "tlsCertificate", value: { certificateChain: inline(chainPem), privateKey: inline(keyPem) } },
      }),
    ),
    encodeSecret(
      create(SecretSchema, {
        name: SECRET_NAMES.roots,
        type: { case: "validationContext", value: { trustedCa: inline(rootsPem), ...revocations(rootsPem, revoked) } },
      }),
    ),
  ];
}

/**
 * Envoy with any revocation list refuses every certificate whose issuer has none: all roots have one, or none is given
 * (and what is revoked is refused by the control plane alone until they have).
 */
function revocations(rootsPem: string, revoked: RevocationLists): { readonly crl?: ReturnType<typeof inline> } {
  const lists = rootFingerprints(rootsPem).map((root) => revoked[root]);
  if (lists.length === 0 || lists.includes(undefined)) return {};
  return { crl: inline(lists.join("")) };
}

export function encodeSecret(secret: Secret): EncodedSecret {
  const body = toBinary(SecretSchema, secret);
  return { name: secret.name, version: createHash("sha256").update(body).digest("hex").slice(0, 16), body };
}
