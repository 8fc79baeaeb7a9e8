import { rootsBeside } from "#core/kinds/credential-reference.ts";
import { classifyProtocol } from "#core/kinds/gateway/classify-protocol.ts";
import type { GatewayServer, GatewaySpec, ServerTls } from "#core/kinds/gateway/schema.ts";
import type { PlacedCredential, PlacedFiles } from "#core/kinds/kind.ts";

interface PlacedTls {
  readonly tls: ServerTls;
  readonly asksClients: boolean;
  readonly hosts: GatewayServer["hosts"];
  readonly path: readonly (string | number)[];
}

/** Servers at which TLS ends with a certificate of their own. */
function ends({ servers }: GatewaySpec): PlacedTls[] {
  return servers.flatMap(({ port, hosts, tls }, index): PlacedTls[] => {
    if (tls === undefined || classifyProtocol(port.protocol) !== "tls") return [];
    const { mode = "PASSTHROUGH" } = tls;
    if (mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH" || mode === "ISTIO_MUTUAL") return [];
    return [{ tls, hosts, asksClients: mode !== "SIMPLE", path: ["spec", "servers", index, "tls"] }];
  });
}

const isByName = ({ credentialName, credentialNames }: ServerTls): boolean =>
  credentialName !== undefined || credentialNames !== undefined;

/** Their files. */
export function listGatewayFiles(spec: GatewaySpec): PlacedFiles[] {
  return ends(spec)
    .filter(({ tls }) => !isByName(tls))
    .flatMap(({ tls, asksClients, path }): PlacedFiles[] => {
      const { tlsCertificates, caCertificates = "", caCrl } = tls;
      const written = tlsCertificates?.map((pair, at) => ({ pair, under: [...path, "tlsCertificates", at] }));
      const pairs = (written ?? [{ pair: tls, under: path }]).map(
        ({ pair: { serverCertificate = "", privateKey = "" }, under }): PlacedFiles => ({
          certificate: { file: serverCertificate, path: [...under, "serverCertificate"] },
          key: { file: privateKey, path: [...under, "privateKey"] },
        }),
      );
      if (!asksClients) return pairs;
      const roots = { file: caCertificates, path: [...path, "caCertificates"] };
      return [
        ...pairs,
        caCrl === undefined ? { roots } : { roots, revoked: { file: caCrl, path: [...path, "caCrl"] } },
      ];
    });
}

/** Their credentials. */
export function listGatewayCredentials(spec: GatewaySpec): PlacedCredential[] {
  return ends(spec)
    .filter(({ tls }) => isByName(tls))
    .flatMap(({ tls, hosts, asksClients, path }): PlacedCredential[] => {
      const { credentialName, credentialNames = [], caCertCredentialName } = tls;
      const served =
        credentialName === undefined
          ? credentialNames.map((credential, at) => ({ credential, path: [...path, "credentialNames", at] }))
          : [{ credential: credentialName, path: [...path, "credentialName"] }];
      const pairs = served.map(
        (each): PlacedCredential => ({
          ...each,
          part: "pair",
          hosts,
          beside: served.flatMap(({ credential }) => (credential === each.credential ? [] : [credential])),
        }),
      );
      const [first] = served;
      if (!asksClients || first === undefined) return pairs;
      return [
        ...pairs,
        caCertCredentialName === undefined
          ? { ...first, credential: rootsBeside(first.credential), part: "roots" }
          : { credential: caCertCredentialName, path: [...path, "caCertCredentialName"], part: "roots" },
      ];
    });
}
