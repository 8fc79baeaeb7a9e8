import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { ComparePage } from "#components/traces/compare-page.tsx";

export const metadata: Metadata = { title: "Compare traces" };

export default async function Page() {
  const page = await openPage();
  return page.hydrate(<ComparePage />);
}
