import { Combobox as Base } from "@base-ui/react/combobox";
import { Check } from "lucide-react";
import type { Ref } from "react";
import { POPUP_CLASS, POPUP_ITEM_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

/** The list of a combobox under its field: as wide as the longest name, scrolled where it is long. */
export function ComboboxPopup({ ref, empty }: { readonly ref: Ref<HTMLDivElement>; readonly empty: string }) {
  return (
    <Base.Portal>
      <Base.Positioner sideOffset={4} className="z-50 outline-none">
        <Base.Popup
          ref={ref}
          className={cx(
            POPUP_CLASS,
            "max-h-[min(20rem,var(--available-height))] w-max min-w-(--anchor-width) max-w-(--available-width) overflow-y-auto",
          )}
        >
          <Base.Empty className="text-subtle text-xs">
            <div className="px-2 py-1.5">{empty}</div>
          </Base.Empty>
          <Base.List>
            {(item: string) => (
              <Base.Item key={item} value={item} className={POPUP_ITEM_CLASS}>
                <span className="min-w-0 flex-1 truncate">{item}</span>
                <Base.ItemIndicator>
                  <Check aria-hidden className="size-3.5 text-accent" />
                </Base.ItemIndicator>
              </Base.Item>
            )}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}
