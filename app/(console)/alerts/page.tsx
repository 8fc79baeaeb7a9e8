import type { Metadata } from "next";
import { AlertsPage } from "#components/alerts/alerts-page.tsx";
import { openPage } from "#components/api/open-page.tsx";

export const metadata: Metadata = { title: "Alerts" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.alerts.list.queryOptions());
  return page.hydrate(<AlertsPage />);
}
