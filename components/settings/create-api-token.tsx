"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { TokenDialog } from "#components/security/token-dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Role } from "#core/access/role.ts";

const ROLES = [
  { value: "viewer", label: "Viewer", description: "sees everything, changes nothing" },
  { value: "operator", label: "Operator", description: "changes the configuration, makes join tokens" },
  { value: "admin", label: "Admin", description: "also makes API tokens" },
] as const satisfies readonly { value: Role; label: string; description: string }[];

const LIVES = [
  { value: "86400", label: "1 day" },
  { value: "2592000", label: "30 days" },
  { value: "31536000", label: "1 year" },
  { value: "never", label: "until it is revoked" },
] as const;

/** Makes an API token and shows it once. */
export function CreateApiToken({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [life, setLife] = useState<(typeof LIVES)[number]["value"]>("2592000");
  const create = useMutation(
    trpc.access.createApiToken.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.access.apiTokens.queryFilter()),
    }),
  );
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  return (
    <TokenDialog
      what="API token"
      isOpen={isOpen}
      onClose={close}
      onSubmit={() =>
        create.mutate({ name: name.trim(), role, ...(life === "never" ? {} : { ttlSeconds: Number(life) }) })
      }
      isComplete={name.trim() !== ""}
      isBusy={create.isPending}
      error={create.error}
      made={
        create.data && {
          secret: create.data.token,
          commands: [
            { label: "Use it on the command line", text: "PHAROS_TOKEN=<the token> pharos get virtualservices" },
          ],
        }
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Name" hint="what will use it">
          <TextInput value={name} onValueChange={setName} maxLength={100} placeholder="deploy pipeline" />
        </Field>
        <Field label="Role">
          <Select value={role} onValueChange={setRole} options={ROLES} />
        </Field>
        <Field label="Valid for">
          <Select value={life} onValueChange={setLife} options={LIVES} />
        </Field>
      </div>
    </TokenDialog>
  );
}
