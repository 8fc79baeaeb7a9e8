import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage } from "#components/api/open-page.tsx";
import { isSecurityKind } from "#components/security/security-kind.ts";
import { SecurityResourcePage } from "#components/security/security-resource-page.tsx";

interface Props {
  readonly params: Promise<{ readonly kind: string; readonly namespace: string; readonly name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeParam((await params).name) };
}

export default async function Page({ params }: Props) {
  const { kind, namespace, name } = await params;
  if (!isSecurityKind(kind)) notFound();
  const ref = [kind, namespace, name].map(decodeParam).join("/");
  const page = await openPage();
  await page.prefetch(page.trpc.config.get.queryOptions({ ref }), page.trpc.services.names.queryOptions());
  return page.hydrate(<SecurityResourcePage reference={ref} kind={kind} />);
}
