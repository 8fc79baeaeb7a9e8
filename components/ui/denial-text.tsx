import Link from "next/link";
import { readDenial } from "#components/format/read-denial.ts";
import { resourceHref } from "#components/format/resource-href.ts";

/** What refused, in a line of text: a resource is a link to itself, with its rule where it has one. */
export function DenialText({ denial }: { readonly denial: string }) {
  const told = readDenial(denial);
  if (told === undefined) return denial;
  const { did, ref, rule } = told;
  const [kind, ...name] = ref.split("/");
  return (
    <>
      {did} by{" "}
      <Link href={resourceHref(ref)} className="rounded-sm text-accent-text underline [overflow-wrap:anywhere]">
        {kind} {name.join("/")}
      </Link>
      {rule === "" ? "" : `, rule ${rule}`}
    </>
  );
}
