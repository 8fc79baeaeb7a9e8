import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { readRequestView, toAsk, toSearch } from "#components/requests/request-view.ts";
import { RequestsPage } from "#components/requests/requests-page.tsx";
import { parseRange } from "#components/shell/range.ts";

export const metadata: Metadata = { title: "Requests" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const range = parseRange(readParam(params, "range"));
  const page = await openPage();
  const view = readRequestView((name) => readParam(params, name));
  if (!view.isLive)
    await page.prefetch(
      page.trpc.requests.search.queryOptions(toSearch(view, range.seconds)),
      page.trpc.requests.summary.queryOptions(toAsk(view, range.seconds)),
    );
  return page.hydrate(<RequestsPage />);
}
