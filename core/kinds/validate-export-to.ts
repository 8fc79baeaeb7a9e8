import { errorAt, type Issue } from "#core/kinds/issue.ts";

/** `*` and `~` stand alone, and no namespace appears twice. */
export function validateExportTo(exportTo: readonly string[] | undefined, canHide: boolean): Issue[] {
  if (exportTo === undefined) return [];
  const issues: Issue[] = [];
  if (exportTo.length > 1 && exportTo.includes("*"))
    issues.push(
      errorAt(
        "spec.exportTo",
        "conflicting-fields",
        "* already exports to every namespace; nothing may stand beside it",
      ),
    );
  if (exportTo.includes("~") && (!canHide || exportTo.length > 1)) {
    issues.push(
      errorAt(
        "spec.exportTo",
        "bad-value",
        canHide ? "~ hides the resource from all; nothing may stand beside it" : "~ is only for ServiceEntry",
      ),
    );
  }
  exportTo.forEach((namespace, index) => {
    if (exportTo.indexOf(namespace) < index)
      issues.push(errorAt(`spec.exportTo[${index}]`, "duplicate-value", `${namespace} appears twice`));
  });
  return issues;
}
