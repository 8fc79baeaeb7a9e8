import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { ProxiesPage } from "#components/proxies/proxies-page.tsx";

export const metadata: Metadata = { title: "Proxies" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.proxies.list.queryOptions());
  return page.hydrate(<ProxiesPage />);
}
