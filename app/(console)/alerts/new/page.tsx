import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { NewResourcePage } from "#components/kinds/new-resource-page.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "New alert configuration" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const kind = kindsIn("alerts").find((each) => each === readParam(params, "kind")) ?? "AlertRule";
  const page = await openPage();
  await page.prefetch(page.trpc.services.names.queryOptions());
  return page.hydrate(
    <NewResourcePage key={kind} kind={kind} namespace={readParam(params, "namespace") ?? "default"} />,
  );
}
