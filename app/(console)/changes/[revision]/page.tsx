import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { openPage } from "#components/api/open-page.tsx";
import { ChangePage } from "#components/changes/change-page.tsx";

interface Props {
  readonly params: Promise<{ readonly revision: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Revision ${(await params).revision}` };
}

export default async function Page({ params }: Props) {
  const revision = Number((await params).revision);
  if (!Number.isSafeInteger(revision) || revision < 1) notFound();
  const page = await openPage();
  await page.prefetch(
    page.trpc.config.revision.queryOptions({ revision }),
    page.trpc.config.distribution.queryOptions({ revision }),
    page.trpc.config.history.queryOptions({ limit: 1 }),
  );
  return page.hydrate(<ChangePage key={revision} revision={revision} />);
}
