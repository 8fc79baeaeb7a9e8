import { createHash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { SECRET_NAMES } from "#core/xds/secret-names.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
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
        type: { case: "validationContext", value: { trustedCa: inline(rootsPem) } },
      }),
    ),
  ];
}

export function encodeSecret(secret: Secret): EncodedSecret {
  const body = toBinary(SecretSchema, secret);
  return { name: secret.name, version: createHash("sha256").update(body).digest("hex").slice(0, 16), body };
}
