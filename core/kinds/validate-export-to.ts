import { type Diagnostic, errorAt } from "#core/diagnostic.ts";

/** `*` and `~` stand alone, and no namespace appears twice, not as `.` beside its name either. */
export function validateExportTo(
  exportTo: readonly string[] | undefined,
  ownNamespace: string,
  canHide: boolean,
): Diagnostic[] {
  if (exportTo === undefined) return [];
  const issues: Diagnostic[] = [];
  if (exportTo.length > 1 && exportTo.includes("*"))
    issues.push(
      errorAt(
        ["spec", "exportTo"],
        "conflicting-fields",
        "* already exports to every namespace; nothing may stand beside it",
      ),
    );
  if (exportTo.includes("~") && (!canHide || exportTo.length > 1)) {
    issues.push(
      errorAt(
        ["spec", "exportTo"],
        "bad-value",
        canHide ? "~ hides the resource from all; nothing may stand beside it" : "~ is only for ServiceEntry",
      ),
    );
  }
  const named = exportTo.map((scope) => (scope === "." ? ownNamespace : scope));
  named.forEach((namespace, index) => {
    const earlier = named.indexOf(namespace);
    if (earlier === index) return;
    const isSame = exportTo[earlier] === exportTo[index];
    issues.push(
      errorAt(
        ["spec", "exportTo", index],
        "duplicate-value",
        isSame ? `${exportTo[index]} appears twice` : `${namespace} appears twice: . is the resource's own namespace`,
        "remove one",
      ),
    );
  });
  return issues;
}
