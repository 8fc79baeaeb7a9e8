import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { GatewaysPage } from "#components/gateways/gateways-page.tsx";

export const metadata: Metadata = { title: "Gateways" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.gateways.list.queryOptions(), page.trpc.credentials.list.queryOptions());
  return page.hydrate(<GatewaysPage />);
}
