import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { ObjectivesPage } from "#components/objectives/objectives-page.tsx";

export const metadata: Metadata = { title: "Objectives" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.objectives.list.queryOptions());
  return page.hydrate(<ObjectivesPage />);
}
