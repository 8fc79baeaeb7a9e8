import { notFound } from "next/navigation";
import { openPage } from "#components/api/open-page.tsx";

/** An address that no page has, told inside the console's frame. */
export default async function Missing() {
  await openPage();
  notFound();
}
