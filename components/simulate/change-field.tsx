"use client";
import { useEffect, useState } from "react";
import { LazyYamlEditor } from "#components/editor/lazy-yaml-editor.tsx";
import { listDrafts, type UnsavedEdit } from "#components/simulate/list-drafts.ts";
import { Button } from "#components/ui/button.tsx";

/** A change to try the request under: written here, or an edit that was begun elsewhere in the console. */
export function ChangeField({
  text,
  onTextChange,
  onChoose,
}: {
  readonly text: string;
  readonly onTextChange: (text: string) => void;
  /** One of the edits that were begun elsewhere, or none: a whole change, not one on the way to be written. */
  readonly onChoose: (text: string) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [drafts, setDrafts] = useState<readonly UnsavedEdit[]>([]);
  useEffect(() => setDrafts(listDrafts()), []);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        {isOpen ? null : (
          <Button size="sm" onClick={() => setOpen(true)}>
            Try a change
          </Button>
        )}
        {drafts.map((draft) => (
          <Button
            key={draft.name}
            size="sm"
            onClick={() => {
              onChoose(draft.text);
              setOpen(true);
            }}
          >
            Unsaved: {draft.name}
          </Button>
        ))}
        {isOpen ? (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => {
              onChoose("");
              setOpen(false);
            }}
          >
            Without a change
          </Button>
        ) : null}
      </div>
      {isOpen ? (
        <LazyYamlEditor label="The change, as YAML" text={text} onTextChange={onTextChange} height="14rem" />
      ) : null}
    </div>
  );
}
