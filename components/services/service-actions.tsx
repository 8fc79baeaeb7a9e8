"use client";
import { ListTree, Network, ShieldCheck, Split } from "lucide-react";
import { policyHref } from "#components/security/policy-href.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { ButtonLink } from "#components/ui/button.tsx";

/** What one comes to a service for: its place in the mesh, its traces, its routing, who may call it. */
export function ServiceActions({ host }: { readonly host: string }) {
  const range = useRange();
  const [name = host, namespace = ""] = host.split(".");
  const encoded = encodeURIComponent(host);
  return (
    <>
      <ButtonLink variant="ghost" href={withRange(`/topology?find=${encodeURIComponent(name)}`, range)}>
        <Network aria-hidden /> Topology
      </ButtonLink>
      <ButtonLink
        variant="ghost"
        href={withRange(`/traces?service=${encodeURIComponent(`${name}.${namespace}`)}`, range)}
      >
        <ListTree aria-hidden /> Traces
      </ButtonLink>
      <ButtonLink href={policyHref({ host })}>
        <ShieldCheck aria-hidden /> Allow or deny callers
      </ButtonLink>
      <ButtonLink variant="primary" href={`/traffic/new?host=${encoded}`}>
        <Split aria-hidden /> Shift traffic
      </ButtonLink>
    </>
  );
}
