import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { TrafficPage } from "#components/traffic/traffic-page.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "Traffic" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.config.list.queryOptions({ kinds: [...kindsIn("traffic")] }));
  return page.hydrate(<TrafficPage />);
}
