import type { Metadata } from "next";
import { AlertsPage } from "#components/alerts/alerts-page.tsx";
import { openPage } from "#components/api/open-page.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "Alerts" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.config.list.queryOptions({ kinds: [...kindsIn("alerts")] }));
  return page.hydrate(<AlertsPage />);
}
