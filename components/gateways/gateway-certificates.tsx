import { TriangleAlert } from "lucide-react";
import { EndsAt } from "#components/gateways/ends-at.tsx";
import type { GatewayCertificate, GatewayServerView } from "#core/view/gateway.ts";

const STATE = {
  missing: "not stored",
  damaged: "cannot be opened",
  "without-pair": "holds no certificate",
  "without-roots": "holds no authorities",
  "other-namespace": "of another namespace",
} as const;

/** What a server shows and what it checks clients by, each with its names and end. */
export function GatewayCertificates({ server: { tls, certificates } }: { readonly server: GatewayServerView }) {
  if (tls === "ISTIO_MUTUAL") return <span className="text-muted">the mesh's own</span>;
  if (certificates.length === 0) return <span className="text-subtle">none</span>;
  return (
    <ul className="flex min-w-44 flex-col gap-2">
      {certificates.map((each) => (
        <li key={`${each.part} ${each.name}`}>
          <Certificate certificate={each} />
        </li>
      ))}
    </ul>
  );
}

function Certificate({ certificate: { part, name, state, facts } }: { readonly certificate: GatewayCertificate }) {
  const isBad = state !== "usable" && state !== "on-host";
  const names = part === "pair" ? facts.flatMap((each) => each.names) : facts.map(({ subject }) => subject);
  return (
    <>
      <span className="font-mono text-xs [overflow-wrap:anywhere]">{name}</span>
      {part === "roots" ? <span className="text-subtle text-xs"> for clients</span> : null}
      {isBad ? (
        <span className="flex items-center gap-1.5 text-bad-text text-xs">
          <TriangleAlert aria-hidden className="size-3.5 shrink-0" /> {STATE[state]}
        </span>
      ) : state === "on-host" ? (
        <span className="block text-subtle text-xs">a file on the gateway's host</span>
      ) : (
        <>
          {names.length === 0 ? null : (
            <span className="block text-muted text-xs [overflow-wrap:anywhere]">{names.join(", ")}</span>
          )}
          <EndsAt atMs={Math.min(...facts.map(({ notAfterMs }) => notAfterMs))} />
        </>
      )}
    </>
  );
}
