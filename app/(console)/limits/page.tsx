import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { LimitsPage } from "#components/limits/limits-page.tsx";
import { parseRange } from "#components/shell/range.ts";

export const metadata: Metadata = { title: "Limits" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const range = parseRange(readParam(await searchParams, "range"));
  const page = await openPage();
  await page.prefetch(
    page.trpc.limitUse.get.queryOptions({ seconds: range.seconds }),
    page.trpc.limits.rules.queryOptions(),
    page.trpc.config.list.queryOptions({ kinds: ["Plan"] }),
  );
  return page.hydrate(<LimitsPage />);
}
