import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { TracePage } from "#components/traces/trace-page.tsx";

export const metadata: Metadata = { title: "Trace" };

export default async function Page({ params }: { readonly params: Promise<{ readonly traceId: string }> }) {
  const { traceId } = await params;
  const page = await openPage();
  await page.prefetch(page.trpc.traces.get.queryOptions({ traceId }));
  return page.hydrate(<TracePage traceId={traceId} />);
}
