"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CertificateExpiry } from "#components/security/certificate-expiry.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { ProxyDetail } from "#core/view/mesh.ts";

/** What the proxy proves itself with. Secrets go from its agent to its Envoy: the server has the certificate, never the key. */
export function SecretsCard({ proxy }: { readonly proxy: Pick<ProxyDetail, "spiffeId" | "certificateNotAfter"> }) {
  const trpc = useTRPC();
  const may = useMay("identity.list");
  const identities = useQuery(trpc.identity.list.queryOptions(undefined, { enabled: may.isAllowed }));
  const { spiffeId, certificateNotAfter } = proxy;
  const issued = identities.data?.find(
    (each) =>
      each.spiffeId === spiffeId &&
      certificateNotAfter !== null &&
      Date.parse(each.notAfter) === Date.parse(certificateNotAfter),
  );
  return (
    <Card title="Secrets" description="Served to Envoy by the agent on its own host; private keys never leave it">
      <DefinitionList
        items={[
          {
            term: "default",
            value: <span className="break-all font-mono text-xs">{spiffeId ?? "no certificate"}</span>,
          },
          { term: "Ends", value: <CertificateExpiry at={certificateNotAfter} /> },
          ...(issued === undefined
            ? []
            : [
                { term: "Issued", value: <Ago at={issued.notBefore} /> },
                {
                  term: "Proved by",
                  value: issued.authenticatedBy === "token" ? "join token" : "its last certificate",
                },
                { term: "Serial", value: <span className="break-all font-mono text-xs">{issued.serial}</span> },
              ]),
          { term: "ROOTCA", value: trustOf(spiffeId) },
        ]}
      />
    </Card>
  );
}

function trustOf(spiffeId: string | null): string {
  const domain = /^spiffe:\/\/([^/]+)/.exec(spiffeId ?? "")?.[1];
  return domain === undefined ? "the roots of the mesh" : `the roots of ${domain}`;
}
