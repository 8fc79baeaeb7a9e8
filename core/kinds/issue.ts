import { formatPath, parsePath } from "#core/schema/path.ts";

/** What a whole resource has wrong though each field is right. */
export interface Issue {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** `spec.http[0].route` */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export function errorAt(path: string, code: string, message: string, hint?: string): Issue {
  return {
    severity: "error",
    code,
    path: formatPath(parsePath(path) ?? [path]),
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

export function warningAt(path: string, code: string, message: string, hint?: string): Issue {
  return { ...errorAt(path, code, message, hint), severity: "warning" };
}
