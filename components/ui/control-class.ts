/** The box of every control that takes text or a choice. */
export const CONTROL_CLASS =
  "control h-8 min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink transition-colors placeholder:text-subtle hover:border-idle focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-1 disabled:opacity-60 data-disabled:opacity-60 data-invalid:border-bad";

/** The sheet of every menu and list that pops up. */
export const POPUP_CLASS =
  "origin-(--transform-origin) rounded-lg bg-raised p-1 text-ink text-sm shadow-raised outline-none transition-[opacity,scale] duration-100 data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0";

/** One line of such a list. */
export const POPUP_ITEM_CLASS =
  "flex min-h-7.5 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 outline-none data-disabled:opacity-50 data-highlighted:bg-active";
