import type { Handled, Infer } from "#core/schema/field.ts";
import { described, ignored, map, message, refused, required, string } from "#core/schema/make-field.ts";

const BY_SERVER = "set by a server";

const METADATA = message({
  name: required(string("dns-name", 253)),
  namespace: string("label"),
  labels: described(map(string("label-value"), "label-key"), { form: "label-pairs" }),
  annotations: map(string(), "annotation-key"),
  resourceVersion: described(string("resource-version"), {
    doc: "The version an edit began from: the write is a conflict when there is a later one. Never in what is stored",
  }),
  generateName: refused("give the resource a name"),
  finalizers: refused("a delete is done at once"),
  ownerReferences: refused("resources do not own each other"),
  creationTimestamp: ignored(BY_SERVER),
  deletionTimestamp: ignored(BY_SERVER),
  generation: ignored(BY_SERVER),
  managedFields: ignored(BY_SERVER),
  selfLink: ignored(BY_SERVER),
  uid: ignored(BY_SERVER),
});

export interface Metadata extends Omit<Infer<typeof METADATA>, "namespace"> {
  readonly namespace: string;
  /** ISO time of the first revision that held the resource; decides ties as Istio does (oldest first, then name). */
  readonly creationTimestamp?: string;
}

/** A whole document with this spec: what surrounds it is the same for every kind. */
export function documentOf(spec: Handled): Handled {
  const needsSpec =
    spec.type.kind === "message" &&
    Object.values(spec.type.members).some((field) => field.status === "handled" && field.isRequired);
  return message({
    apiVersion: required(string()),
    kind: required(string()),
    metadata: required(METADATA),
    status: ignored(BY_SERVER),
    spec: needsSpec ? required(spec) : spec,
  });
}
