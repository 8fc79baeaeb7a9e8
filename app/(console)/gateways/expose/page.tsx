import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { ExposePage } from "#components/gateways/expose-page.tsx";

export const metadata: Metadata = { title: "Expose a service" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.credentials.list.queryOptions(),
    page.trpc.gateways.list.queryOptions(),
  );
  return page.hydrate(<ExposePage host={readParam(params, "host") ?? null} />);
}
