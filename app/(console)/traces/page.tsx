import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { parseRange } from "#components/shell/range.ts";
import { parseTraceFilter, toTraceInput } from "#components/traces/trace-filter.ts";
import { TracesPage } from "#components/traces/traces-page.tsx";

export const metadata: Metadata = { title: "Traces" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const range = parseRange(readParam(params, "range"));
  const page = await openPage();
  const filter = parseTraceFilter((name) => readParam(params, name));
  await page.prefetch(
    page.trpc.traces.search.queryOptions(toTraceInput(filter, range.seconds)),
    page.trpc.services.names.queryOptions(),
  );
  return page.hydrate(<TracesPage />);
}
