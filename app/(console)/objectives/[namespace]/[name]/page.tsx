import type { Metadata } from "next";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage } from "#components/api/open-page.tsx";
import { ObjectivePage } from "#components/objectives/objective-page.tsx";

interface Props {
  readonly params: Promise<{ readonly namespace: string; readonly name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeParam((await params).name) };
}

export default async function Page({ params }: Props) {
  const { namespace, name } = await params;
  const page = await openPage();
  return page.hydrate(<ObjectivePage reference={`Objective/${decodeParam(namespace)}/${decodeParam(name)}`} />);
}
