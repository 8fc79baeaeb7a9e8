import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { ServicesPage } from "#components/services/services-page.tsx";
import { parseRange } from "#components/shell/range.ts";

export const metadata: Metadata = { title: "Services" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const range = parseRange(readParam(await searchParams, "range"));
  const page = await openPage();
  await page.prefetch(page.trpc.services.list.queryOptions({ seconds: range.seconds }));
  return page.hydrate(<ServicesPage />);
}
