import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { EgressPage } from "#components/traffic/egress-page.tsx";
import { EGRESS_SECONDS } from "#components/traffic/egress-seconds.ts";

export const metadata: Metadata = { title: "Lock down egress" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.topology.egress.queryOptions({ seconds: EGRESS_SECONDS }),
    page.trpc.config.list.queryOptions({ kinds: ["Sidecar", "MeshConfig"] }),
    page.trpc.config.list.queryOptions({ kinds: ["ServiceEntry"] }),
  );
  return page.hydrate(<EgressPage namespace={readParam(params, "namespace") ?? null} />);
}
