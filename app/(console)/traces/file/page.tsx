import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { FilePage } from "#components/traces/file-page.tsx";

export const metadata: Metadata = { title: "Traces of a file" };

export default async function Page() {
  const page = await openPage();
  return page.hydrate(<FilePage />);
}
