/** What a CRD's schema says against a document, as ajv words it. */
export interface CrdError {
  /** "/spec/hosts/0" */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}
