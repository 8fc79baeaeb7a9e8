import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { TRAFFIC_KINDS } from "#components/format/traffic-kinds.ts";
import { TrafficPage } from "#components/traffic/traffic-page.tsx";

export const metadata: Metadata = { title: "Traffic" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.config.list.queryOptions({ kinds: [...TRAFFIC_KINDS] }));
  return page.hydrate(<TrafficPage />);
}
