"use client";
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { CornerDownLeft, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { buildCommands, type CommandEntry, filterCommands } from "#components/shell/build-commands.ts";
import { withRange } from "#components/shell/range.ts";
import { applyTheme } from "#components/shell/theme.ts";
import { useRange } from "#components/shell/use-range.ts";
import { cx } from "#components/ui/cx.ts";
import { Kbd } from "#components/ui/kbd.tsx";

const SHOWN = 12;
const REVISIONS = 50;

/** Search and go: pages, services, configuration. Opens with Ctrl+K or ⌘K. */
export function CommandMenu() {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setIsOpen((open) => !open);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setIsOpen}>
      <Dialog.Trigger className="flex h-8 w-64 min-w-9 items-center gap-2 rounded-md border border-line bg-sunken px-2.5 text-sm text-subtle hover:border-line-strong hover:text-muted max-md:w-9">
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="flex-1 truncate text-left max-md:sr-only">Search or go to</span>
        <span className="flex gap-0.5 max-md:hidden">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg bg-raised shadow-raised outline-none">
          <Dialog.Title className="sr-only">Search or go to</Dialog.Title>
          <CommandList onDone={() => setIsOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function CommandList({ onDone }: { readonly onDone: () => void }) {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const router = useRouter();
  const range = useRange();
  const listId = useId();
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions(undefined, { staleTime: 30_000 }));
  const resources = useQuery(trpc.config.list.queryOptions({}, { staleTime: 30_000 }));
  const proxies = useQuery(trpc.proxies.list.queryOptions(undefined, { staleTime: 30_000 }));
  const revisions = useQuery(trpc.config.history.queryOptions({ limit: REVISIONS }, { staleTime: 30_000 }));
  const all = useMemo(
    () =>
      buildCommands({
        catalog: catalog.data,
        resources: resources.data,
        proxies: proxies.data,
        revisions: revisions.data,
      }),
    [catalog.data, resources.data, proxies.data, revisions.data],
  );
  const entries = filterCommands(all, query, SHOWN);
  const go = (entry: CommandEntry | undefined) => {
    if (entry === undefined) return;
    if (entry.theme === undefined) router.push(withRange(entry.href, range));
    else applyTheme(entry.theme);
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") go(entries[active]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden className="size-4 text-subtle" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the person just asked for this field
          autoFocus
          role="combobox"
          aria-label="Search"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={entries.length === 0 ? undefined : `${listId}-${active}`}
          placeholder="Page, service, proxy, revision, trace, or what to do"
          value={query}
          spellCheck={false}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-subtle"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto p-1.5">
        {entries.map((entry, index) => (
          <div
            key={`${entry.group}${entry.label}${entry.href}`}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onPointerMove={() => setActive(index)}
            onClick={() => go(entry)}
            onKeyDown={onKeyDown}
            className={cx("flex h-9 items-center gap-2 rounded-md px-2.5", index === active && "bg-active")}
          >
            <span className="truncate text-ink">{entry.label}</span>
            <span className="truncate text-subtle text-xs">{entry.detail}</span>
            <span className="ml-auto shrink-0 text-subtle text-xs">{entry.group}</span>
            {index === active ? <CornerDownLeft aria-hidden className="size-3.5 text-subtle" /> : null}
          </div>
        ))}
      </div>
      {entries.length === 0 ? (
        <p className="px-4 py-6 text-center text-muted text-sm">Nothing is called “{query}”.</p>
      ) : null}
    </>
  );
}
