import { type KindProps, kindMetadata, openKind } from "#app/(console)/open-kind.tsx";

export const generateMetadata = kindMetadata;

export default function Page(props: KindProps) {
  return openKind("alerts", props);
}
