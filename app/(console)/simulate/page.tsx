import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { SimulatePage } from "#components/simulate/simulate-page.tsx";

export const metadata: Metadata = { title: "Simulate" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.proxies.list.queryOptions());
  return page.hydrate(<SimulatePage />);
}
