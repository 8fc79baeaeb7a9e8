"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { TokenDialog } from "#components/security/token-dialog.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
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
  const isNewNamespace = namespace !== "" && catalog.data?.namespaces.includes(namespace) === false;
  const isNewAccount = serviceAccount !== "" && catalog.data !== undefined && !accounts.includes(serviceAccount);
  const groupNames = (groups.data ?? []).filter((each) => each.namespace === namespace).map(({ name }) => name);
  const submit = () =>
    create.mutate({ namespace, serviceAccount, ttlSeconds: Number(life), ...(group === NO_GROUP ? {} : { group }) });
  const token = create.data?.token;
  return (
    <TokenDialog
      what="join token"
      description="It works once. Whoever has it can take the identity, so give it only to the host it is for."
      isOpen={isOpen}
      onClose={close}
      onSubmit={submit}
      isComplete={serviceAccount !== ""}
      isBusy={create.isPending}
      error={create.error}
      made={
        token === undefined
          ? undefined
          : {
              secret: token,
              commands: [
                ...(group === NO_GROUP
                  ? []
                  : [{ label: "Run an agent with it", text: `pharos agent --token ${token} --name ${group}-0` }]),
                { label: "Get just the certificate", text: `pharos join --token ${token} --out ./identity` },
              ],
            }
      }
    >
      <div className="grid grid-cols-2 gap-4">
        <Field label="Namespace" hint={isNewNamespace ? "nothing is in this namespace yet" : undefined}>
          <Combobox isFree value={namespace} onValueChange={setNamespace} options={catalog.data?.namespaces ?? []} />
        </Field>
        <Field label="Service account" hint={isNewAccount ? "no workload has this identity yet" : undefined}>
          <Combobox
            isFree
            value={serviceAccount}
            onValueChange={setServiceAccount}
            options={[...new Set(accounts)]}
            placeholder="bookinfo-reviews"
          />
        </Field>
        <Field label="WorkloadGroup" hint="what its agent is an instance of">
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
    </TokenDialog>
  );
}
