import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { withJsonNames, withWrittenNames } from "#core/form/proto-names.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const WRITTEN = `apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  access_log_file: /dev/stdout # ours
  default_config:
    proxy_metadata: { MY_NAME: a }
  extension_providers:
    - name: spans
      opentelemetry: { service: zipkin.test, port: 4317, max_tag_length: 9 }
`;

function edit(...edits: readonly DocumentEdit[]): string {
  const value = parseDocument(WRITTEN).toJS();
  return editDocument(WRITTEN, withWrittenNames("MeshConfig", value, edits));
}

test("a form reads a field by its name in JSON, however it is written", () => {
  expect(withJsonNames("MeshConfig", parseDocument(WRITTEN).toJS())).toMatchObject({
    metadata: { name: "default" },
    spec: {
      accessLogFile: "/dev/stdout",
      defaultConfig: { proxyMetadata: { MY_NAME: "a" } },
      extensionProviders: [{ opentelemetry: { maxTagLength: 9 } }],
    },
  });
});

test.each<[string, readonly DocumentEdit[], string, string]>([
  [
    "a value",
    [{ op: "set", path: ["spec", "accessLogFile"], value: "/dev/stderr" }],
    "access_log_file: /dev/stdout",
    "access_log_file: /dev/stderr",
  ],
  [
    "within a list",
    [{ op: "set", path: ["spec", "extensionProviders", 0, "opentelemetry", "maxTagLength"], value: 7 }],
    "max_tag_length: 9",
    "max_tag_length: 7",
  ],
  [
    "a key of a map",
    [{ op: "set", path: ["spec", "defaultConfig", "proxyMetadata", "MY_NAME"], value: "b" }],
    "MY_NAME: a",
    "MY_NAME: b",
  ],
  [
    "what is taken out",
    [{ op: "delete", path: ["spec", "accessLogFile"] }],
    "  access_log_file: /dev/stdout # ours\n",
    "",
  ],
])("an edit of %s changes the name that stands there", (_name, edits, before, after) => {
  const next = edit(...edits);
  expect(next).toBe(WRITTEN.replace(before, after));
  expect(parseDocuments(next).diagnostics).toEqual([]);
});

test("a field that does not stand there is written by its name in JSON", () => {
  expect(edit({ op: "set", path: ["spec", "enableTracing"], value: true })).toContain("  enableTracing: true\n");
});
