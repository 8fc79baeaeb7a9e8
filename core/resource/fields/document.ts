import { type FieldTable, ignored, map, object, refused, required, string } from "#core/resource/field.ts";

const BY_SERVER = "set by a server";

/** What surrounds the spec of every kind. */
export const DOCUMENT: FieldTable = {
  apiVersion: required(string()),
  kind: required(string()),
  metadata: required(object()),
  "metadata.name": required(string("dns-name", 253)),
  "metadata.namespace": string("label"),
  "metadata.labels": map("label-key"),
  "metadata.labels{}": string("label-value"),
  "metadata.annotations": map("annotation-key"),
  "metadata.annotations{}": string(),
  /** The version an edit began from: the write is a conflict when there is a later one. Not kept. */
  "metadata.resourceVersion": string("resource-version"),
  "metadata.generateName": refused("give the resource a name"),
  "metadata.finalizers": refused("a delete is done at once"),
  "metadata.ownerReferences": refused("resources do not own each other"),
  "metadata.creationTimestamp": ignored(BY_SERVER),
  "metadata.deletionTimestamp": ignored(BY_SERVER),
  "metadata.generation": ignored(BY_SERVER),
  "metadata.managedFields": ignored(BY_SERVER),
  "metadata.selfLink": ignored(BY_SERVER),
  "metadata.uid": ignored(BY_SERVER),
  status: ignored(BY_SERVER),
};
