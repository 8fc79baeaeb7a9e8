import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { LocalityPage } from "#components/traffic/locality-page.tsx";

export const metadata: Metadata = { title: "Prefer near instances" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }),
  );
  return page.hydrate(<LocalityPage host={readParam(params, "host") ?? null} />);
}
