import { ChevronDown } from "lucide-react";
import { newHref } from "#components/format/new-href.ts";
import { Button } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import type { Kind } from "#core/kinds/kinds.ts";

/** Begins a resource of one of some kinds. */
export function NewMenu({ kinds }: { readonly kinds: readonly Kind[] }) {
  return (
    <Menu
      trigger={
        <Button>
          New <ChevronDown aria-hidden />
        </Button>
      }
      entries={kinds.map((kind) => ({ kind: "link", label: kind, href: newHref(kind) }))}
    />
  );
}
