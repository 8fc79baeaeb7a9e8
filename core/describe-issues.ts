import type { z } from "zod";

type Issue = Pick<z.core.$ZodIssue, "code" | "path" | "message"> & { readonly keys?: readonly string[] };

function describe({ code, path, message, keys = [] }: Issue): string {
  const field = path.join(".");
  if (code === "unrecognized_keys")
    return `${field === "" ? "there is" : `${field} has`} no setting ${keys.join(", ")}`;
  if (message.endsWith("received undefined")) return field === "" ? "nothing was given" : `${field} is missing`;
  // Our own messages go on after the field's name; the library's are sentences.
  const own = /^[a-z]/.test(message);
  return field === "" ? message : `${field}${own ? " " : ": "}${message}`;
}

/** What is wrong with an input, each field by its name: "ttlSeconds: Too small: …; namespace is missing". */
export function describeIssues({ issues }: { readonly issues: readonly Issue[] }): string {
  return issues.map(describe).join("; ");
}
