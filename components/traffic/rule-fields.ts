import type { FormContext } from "#components/editor/form-context.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { RoutingForm, RuleForm } from "#core/form/routing-form.ts";

/** What every part of a rule's form gets. */
export interface RuleFieldsProps {
  readonly index: number;
  readonly rule: RuleForm;
  readonly form: RoutingForm;
  readonly catalog: Catalog;
  readonly context: FormContext;
}
