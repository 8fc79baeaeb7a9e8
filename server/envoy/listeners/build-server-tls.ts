import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import type { ServerTls } from "#core/resolve/server-tls.ts";
import type { TransportSocketSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  TlsParameters_TlsProtocol,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { DownstreamTlsContextSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { checkPeers, credentialSecret, fileCertificate, fileRoots, meshDownstream } from "#server/envoy/build-tls.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

const TLS_VERSION = {
  TLS_AUTO: TlsParameters_TlsProtocol.TLS_AUTO,
  TLSV1_0: TlsParameters_TlsProtocol.TLSv1_0,
  TLSV1_1: TlsParameters_TlsProtocol.TLSv1_1,
  TLSV1_2: TlsParameters_TlsProtocol.TLSv1_2,
  TLSV1_3: TlsParameters_TlsProtocol.TLSv1_3,
} as const;

/** How TLS of callers ends at a listener: of a gateway, or of a sidecar that callers from outside of the mesh come to. `namespace` is the proxy's. */
export function buildServerTls(
  tls: ServerTls,
  world: CompileReader,
  namespace: string,
): Init<typeof TransportSocketSchema> {
  const settings = world.settings();
  if (tls.kind === "mesh") return meshDownstream(trustDomainsOf(world.mesh, settings), settings.meshTls);
  const { oldest, cipherSuites, curves } = settings.otherTls;
  const { clients } = tls;
  const stored = (credential: string, part: "pair" | "roots") =>
    credentialSecret(world.credentialUse({ credential, part }, namespace));
  return typed("envoy.transport_sockets.tls", DownstreamTlsContextSchema, {
    ...(clients?.areRequired === true ? { requireClientCertificate: true } : {}),
    commonTlsContext: {
      alpnProtocols: ["h2", "http/1.1"],
      tlsParams: {
        tlsMinimumProtocolVersion: TLS_VERSION[tls.oldest ?? oldest],
        tlsMaximumProtocolVersion: TLS_VERSION[tls.newest],
        cipherSuites: [...(tls.cipherSuites.length > 0 ? tls.cipherSuites : cipherSuites)],
        ecdhCurves: [...(tls.curves.length > 0 ? tls.curves : curves)],
      },
      tlsCertificateSdsSecretConfigs: tls.certificates.map((each) =>
        each.kind === "files" ? fileCertificate(each.certificate, each.key) : stored(each.credential, "pair"),
      ),
      ...(clients === undefined
        ? {}
        : checkPeers(
            clients.roots.kind === "file"
              ? fileRoots(clients.roots.path, clients.roots.revoked)
              : stored(clients.roots.credential, "roots"),
            clients.names,
            {
              verifyCertificateSpki: [...clients.keyHashes],
              verifyCertificateHash: [...clients.certificateHashes],
              ...(clients.takesUntrusted ? { trustChainVerification: TrustChain.ACCEPT_UNTRUSTED } : {}),
            },
          )),
    },
  });
}
