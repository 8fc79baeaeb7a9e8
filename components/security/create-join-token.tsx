"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { ShownOnce } from "#components/security/shown-once.tsx";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Select } from "#components/ui/select.tsx";

const LIVES = [
  { value: "600", label: "10 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
] as const;

const NO_GROUP = "none: identity only";

/** Makes a join token and shows it once, with the command that uses it. */
export function CreateJoinToken({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const groups = useQuery(trpc.config.list.queryOptions({ kinds: ["WorkloadGroup"] }));
  const [namespace, setNamespace] = useState("default");
  const [serviceAccount, setServiceAccount] = useState("");
  const [group, setGroup] = useState(NO_GROUP);
  const [life, setLife] = useState<(typeof LIVES)[number]["value"]>("3600");
  const create = useMutation(
    trpc.identity.createJoinToken.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.identity.joinTokens.queryFilter()),
    }),
  );
  const close = () => {
    create.reset();
    onClose();
  };
  const accounts = (catalog.data?.principals ?? []).flatMap(
    (principal) => principal.split(`/ns/${namespace}/sa/`)[1] ?? [],
  );
  const groupNames = (groups.data ?? []).filter((each) => each.namespace === namespace).map(({ name }) => name);
  const submit = () =>
    create.mutate({ namespace, serviceAccount, ttlSeconds: Number(life), ...(group === NO_GROUP ? {} : { group }) });
  if (create.data !== undefined)
    return (
      <Dialog
        isOpen={isOpen}
        onOpenChange={close}
        size="md"
        title="Join token"
        footer={
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        }
      >
        <ShownOnce
          secret={create.data.token}
          what="token"
          commands={[
            {
              label: "Run an agent with it",
              text: `pharos agent --token ${create.data.token}${group === NO_GROUP ? "" : ` --group ${group}`}`,
            },
            { label: "Or get just the certificate", text: `pharos join --token ${create.data.token} --out ./identity` },
          ]}
        />
      </Dialog>
    );
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(next) => !next && close()}
      size="md"
      title="New join token"
      description="It works once. Whoever has it can take the identity, so give it only to the host it is for."
      footer={
        <>
          <Button variant="ghost" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" isBusy={create.isPending} disabled={serviceAccount === ""} onClick={submit}>
            Make token
          </Button>
        </>
      }
    >
      {create.error === null ? null : (
        <Notice tone="bad" role="alert" className="mb-3" title="No token was made">
          {readApiError(create.error).message}
        </Notice>
      )}
      <div className="grid grid-cols-2 gap-4">
        <Field label="Namespace">
          <Combobox isFree value={namespace} onValueChange={setNamespace} options={catalog.data?.namespaces ?? []} />
        </Field>
        <Field label="Service account">
          <Combobox
            isFree
            value={serviceAccount}
            onValueChange={setServiceAccount}
            options={[...new Set(accounts)]}
            placeholder="bookinfo-reviews"
          />
        </Field>
        <Field label="WorkloadGroup" hint="what the host may register as">
          <Select
            value={group}
            onValueChange={setGroup}
            options={[NO_GROUP, ...groupNames].map((value) => ({ value, label: value }))}
          />
        </Field>
        <Field label="May be used for">
          <Select value={life} onValueChange={setLife} options={LIVES} />
        </Field>
      </div>
    </Dialog>
  );
}
