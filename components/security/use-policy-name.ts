"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { FormContext } from "#components/editor/form-context.ts";
import { nameTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { proposePolicyName } from "#core/form/new-policy.ts";
import type { PolicyForm } from "#core/form/policy-form.ts";
import { setText } from "#core/form/routing-edits.ts";
import { kindsIn } from "#core/kinds/kinds.ts";
import { ofKind } from "#core/resource/of-kind.ts";

/** Names a new policy after what it does, as long as nobody gave it another name. */
export function usePolicyName(form: PolicyForm, context: FormContext, catalog: Catalog): void {
  const trpc = useTRPC();
  const policies = useQuery(trpc.config.list.queryOptions({ kinds: [...kindsIn("security")] }));
  const { name, namespace } = form;
  const proposed = proposePolicyName({
    action: form.action,
    targetName: nameTarget(catalog, namespace, form.selector),
    principals: (form.rules ?? []).flatMap(({ principals }) => principals),
    takenNames: ofKind(policies.data ?? [], "AuthorizationPolicy")
      .filter((each) => each.namespace === namespace)
      .map((each) => each.name),
  });
  // The name that stands there when the form opens may be its author's.
  const given = useRef(name === proposed ? name : null);
  const { isNew, edit } = context;
  useEffect(() => {
    if (!isNew || given.current !== name || proposed === name) return;
    given.current = proposed;
    edit(setText(["metadata", "name"], proposed));
  }, [isNew, edit, name, proposed]);
}
