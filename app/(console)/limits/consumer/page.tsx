import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { ConsumerPage } from "#components/limits/consumer-page.tsx";

export const metadata: Metadata = { title: "Consumer" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const key = readParam(await searchParams, "key");
  if (key === undefined || key === "") notFound();
  const page = await openPage();
  await page.prefetch(page.trpc.limits.consumer.queryOptions({ key }));
  return page.hydrate(<ConsumerPage key={key} consumer={key} />);
}
