"use client";
import { Plus } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import type { Member } from "#core/form/lay-out-object.ts";
import { nameField } from "#core/form/name-field.ts";

/** What can be added to an object, each with what it is for. */
export function AddMember({
  members,
  onAdd,
}: {
  readonly members: readonly Member[];
  readonly onAdd: (member: Member) => void;
}) {
  if (members.length === 0) return null;
  return (
    <div>
      <Menu
        align="start"
        trigger={
          <Button size="sm">
            <Plus aria-hidden /> Add
          </Button>
        }
        entries={members.map((member) => ({
          kind: "action",
          onSelect: () => onAdd(member),
          label: (
            <span className="max-w-80">
              <span className="block">{nameField(member.name)}</span>
              {member.field.doc === undefined ? null : (
                <span className="block text-subtle text-xs">{member.field.doc}</span>
              )}
            </span>
          ),
        }))}
      />
    </div>
  );
}
