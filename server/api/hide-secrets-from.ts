import { isAllowed } from "#core/access/permissions.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { hideSecrets, keepsSecrets } from "#core/resource/hide-secrets.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import type { ChangedResource } from "#core/view/config.ts";
import type { PrincipalView } from "#core/view/session.ts";

interface Reader {
  readonly principal: PrincipalView | null;
}

/** What an answer tells of documents, as the caller may read it: values that let somebody in elsewhere are for those who may edit. */
export function hideSecretsFrom({ principal }: Reader) {
  const mayRead = isAllowed("config.applyChanges", principal?.role ?? null);
  const hide = (ref: string, text: string): string =>
    mayRead || !keepsSecrets(parseRef(ref).kind) ? text : hideSecrets(text);
  return {
    ofDocument: <T extends { readonly ref: string; readonly text: string }>(detail: T): T => ({
      ...detail,
      text: hide(detail.ref, detail.text),
    }),
    ofChanged: <T extends { readonly changed: readonly ChangedResource[] }>(answer: T): T => ({
      ...answer,
      changed: answer.changed.map((each) => ({
        ...each,
        ...(each.before === undefined ? {} : { before: hide(each.ref, each.before) }),
        ...(each.after === undefined ? {} : { after: hide(each.ref, each.after) }),
      })),
    }),
    ofChanges: (changes: readonly ConfigChange[]): readonly ConfigChange[] =>
      mayRead
        ? changes
        : changes.map((each) => (each.op === "delete" ? each : { ...each, text: hideSecrets(each.text) })),
  };
}
