import { describe, expect, test } from "vitest";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";

const TEXT = `# Traffic of reviews.
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews   # the service
spec:
  hosts:
  - reviews
  http:
  # everyone
  - route:
    - destination: {host: reviews, subset: v1}
      weight: 90     # most
    - destination: {host: reviews, subset: 'v2'}
      weight: 10     # some
    timeout: "5s"
`;

function edit(...edits: DocumentEdit[]): string {
  return editDocument(TEXT, edits);
}

describe("editing a document", () => {
  test("changes one value and leaves every other character alone", () => {
    expect(edit({ op: "set", path: "spec.http[0].route[0].weight", value: 50 })).toBe(
      TEXT.replace("weight: 90     #", "weight: 50 #"),
    );
  });

  test("an edit that changes nothing gives back the very text", () => {
    expect(
      edit({ op: "set", path: "spec.http[0].route[0].weight", value: 90 }, { op: "delete", path: "spec.tcp" }),
    ).toBe(TEXT);
  });

  test("setting an object keeps the members that stay the same, with their comments", () => {
    const route = [
      { destination: { host: "reviews", subset: "v1" }, weight: 0 },
      { destination: { host: "reviews", subset: "v2" }, weight: 10 },
      { destination: { host: "reviews", subset: "v3" }, weight: 90 },
    ];
    const result = edit({ op: "set", path: "spec.http[0].route", value: route });
    expect(result).toContain("weight: 0 # most");
    expect(result).toContain("    - destination: {host: reviews, subset: 'v2'}\n      weight: 10     # some\n");
    expect(result).toContain('        subset: v3\n      weight: 90\n    timeout: "5s"');
  });

  test("makes the parents that are missing", () => {
    expect(edit({ op: "set", path: "spec.http[0].fault.abort.percentage.value", value: 10 })).toContain(
      "    fault:\n      abort:\n        percentage:\n          value: 10\n",
    );
  });

  test("moves an item of a list and takes its comments along", () => {
    const text = "http:\n  # first\n  - name: a # one\n  # second\n  - name: b\n  - name: c\n";
    expect(editDocument(text, [{ op: "move", path: "http[0]", to: 2 }])).toBe(
      "http:\n  # second\n  - name: b\n  - name: c\n  # first\n  - name: a # one\n",
    );
    expect(editDocument(text, [{ op: "move", path: "http[2]", to: 0 }])).toBe(
      "http:\n  - name: c\n  # first\n  - name: a # one\n  # second\n  - name: b\n",
    );
    expect(editDocument(text, [{ op: "move", path: "http[1]", to: 1 }])).toBe(text);
  });

  test("deletes a member, and its comment only", () => {
    expect(edit({ op: "delete", path: "spec.http[0].timeout" })).toBe(TEXT.replace('    timeout: "5s"\n', ""));
  });

  test("inserts a rule before another, in the list's own indentation", () => {
    const result = edit({
      op: "insert",
      path: "spec.http[0]",
      value: { match: [{ headers: { "end-user": { exact: "jason" } } }] },
    });
    expect(result).toContain("  http:\n");
    expect(result).toContain("  - match:\n    - headers:\n        end-user:\n          exact: jason\n");
    expect(result).toContain("weight: 90     # most");
  });

  test("keys that are no names are written in quotes in a path", () => {
    expect(edit({ op: "set", path: 'metadata.labels["app.kubernetes.io/name"]', value: "x" })).toContain(
      "  labels:\n    app.kubernetes.io/name: x\n",
    );
  });

  test("values that look like numbers stay text", () => {
    expect(edit({ op: "set", path: "metadata.labels.version", value: "1" })).toContain('version: "1"');
  });

  test("a number as key is found by its text", () => {
    expect(
      editDocument("spec:\n  portLevelMtls:\n    8080: {mode: STRICT}\n", [
        { op: "set", path: 'spec.portLevelMtls["8080"].mode', value: "DISABLE" },
      ]),
    ).toBe("spec:\n  portLevelMtls:\n    8080: {mode: DISABLE}\n");
  });

  test.each([
    ["a: [", [{ op: "set", path: "a", value: 1 }]],
    ["a: 1", [{ op: "set", path: "a.b", value: 1 }]],
    ["a: [1]", [{ op: "set", path: "a[5]", value: 1 }]],
    ["a: 1", [{ op: "set", path: "a..b", value: 1 }]],
  ] as const)("refuses to edit %j by %j", (text, edits) => {
    expect(() => editDocument(text, edits)).toThrow(expect.objectContaining({ code: "invalid" }));
  });
});
