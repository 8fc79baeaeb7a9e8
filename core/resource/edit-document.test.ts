import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

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
    expect(edit({ op: "set", path: pathOf("spec.http[0].route[0].weight"), value: 50 })).toBe(
      TEXT.replace("weight: 90     #", "weight: 50 #"),
    );
  });

  test("an edit that changes nothing gives back the very text", () => {
    expect(
      edit(
        { op: "set", path: pathOf("spec.http[0].route[0].weight"), value: 90 },
        { op: "delete", path: pathOf("spec.tcp") },
      ),
    ).toBe(TEXT);
  });

  test("setting an object keeps the members that stay the same, with their comments", () => {
    const route = [
      { destination: { host: "reviews", subset: "v1" }, weight: 0 },
      { destination: { host: "reviews", subset: "v2" }, weight: 10 },
      { destination: { host: "reviews", subset: "v3" }, weight: 90 },
    ];
    const result = edit({ op: "set", path: pathOf("spec.http[0].route"), value: route });
    expect(result).toContain("weight: 0 # most");
    expect(result).toContain("    - destination: {host: reviews, subset: 'v2'}\n      weight: 10     # some\n");
    expect(result).toContain('        subset: v3\n      weight: 90\n    timeout: "5s"');
  });

  test("makes the parents that are missing", () => {
    expect(edit({ op: "set", path: pathOf("spec.http[0].fault.abort.percentage.value"), value: 10 })).toContain(
      "    fault:\n      abort:\n        percentage:\n          value: 10\n",
    );
  });

  test("moves an item of a list and takes its comments along", () => {
    const text = "http:\n  # first\n  - name: a # one\n  # second\n  - name: b\n  - name: c\n";
    expect(editDocument(text, [{ op: "move", path: pathOf("http[0]"), to: 2 }])).toBe(
      "http:\n  # second\n  - name: b\n  - name: c\n  # first\n  - name: a # one\n",
    );
    expect(editDocument(text, [{ op: "move", path: pathOf("http[2]"), to: 0 }])).toBe(
      "http:\n  - name: c\n  # first\n  - name: a # one\n  # second\n  - name: b\n",
    );
    expect(editDocument(text, [{ op: "move", path: pathOf("http[1]"), to: 1 }])).toBe(text);
  });

  test("deletes a member, and its comment only", () => {
    expect(edit({ op: "delete", path: pathOf("spec.http[0].timeout") })).toBe(TEXT.replace('    timeout: "5s"\n', ""));
  });

  test("inserts a rule before another, in the list's own indentation", () => {
    const result = edit({
      op: "insert",
      path: pathOf("spec.http[0]"),
      value: { match: [{ headers: { "end-user": { exact: "jason" } } }] },
    });
    expect(result).toContain("  http:\n");
    expect(result).toContain("  - match:\n    - headers:\n        end-user:\n          exact: jason\n");
    expect(result).toContain("weight: 90     # most");
  });

  test("keys that are no names are written in quotes in a path", () => {
    expect(edit({ op: "set", path: pathOf('metadata.labels["app.kubernetes.io/name"]'), value: "x" })).toContain(
      "  labels:\n    app.kubernetes.io/name: x\n",
    );
  });

  test("values that look like numbers stay text", () => {
    expect(edit({ op: "set", path: pathOf("metadata.labels.version"), value: "1" })).toContain('version: "1"');
  });

  test("a number as key is found by its text", () => {
    expect(
      editDocument("spec:\n  portLevelMtls:\n    8080: {mode: STRICT}\n", [
        { op: "set", path: pathOf('spec.portLevelMtls["8080"].mode'), value: "DISABLE" },
      ]),
    ).toBe("spec:\n  portLevelMtls:\n    8080: {mode: DISABLE}\n");
  });

  test.each([
    ["a: [", [{ op: "set", path: pathOf("a"), value: 1 }]],
    ["a: 1", [{ op: "set", path: pathOf("a.b"), value: 1 }]],
    ["a: [1]", [{ op: "set", path: pathOf("a[5]"), value: 1 }]],
    ["a: *b", [{ op: "set", path: pathOf("c"), value: 1 }]],
    ["a: &a [*a]", [{ op: "set", path: pathOf("c"), value: 1 }]],
  ] as const)("refuses to edit %j by %j", (text, edits) => {
    expect(() => editDocument(text, edits)).toThrow(expect.objectContaining({ code: "invalid" }));
  });
});

describe("what an anchor and its aliases share", () => {
  const SHARED = `spec:
  http:
    # testers first
    - name: testers
      route: &split
        - destination: { host: reviews, subset: v1 }
          weight: 1
        - destination: { host: reviews, subset: v2 }
          weight: 2   # most
    # everybody else
    - name: rest
      route: *split
`;
  const weights = (text: string) =>
    (parse(text) as { spec: { http: { route: { weight: number }[] }[] } }).spec.http.map(({ route }) =>
      route.map(({ weight }) => weight),
    );

  test("an edit through an alias changes that place alone", () => {
    const text = editDocument(SHARED, [{ op: "set", path: pathOf("spec.http[1].route[1].weight"), value: 60 }]);
    expect(weights(text)).toEqual([
      [1, 2],
      [1, 60],
    ]);
    expect(text).toContain("          weight: 2   # most\n");
  });

  test("an edit behind the anchor leaves what its aliases mean", () => {
    const text = editDocument(SHARED, [
      { op: "set", path: pathOf("spec.http[0].route[0].weight"), value: 40 },
      { op: "set", path: pathOf("spec.http[0].route[1].weight"), value: 60 },
    ]);
    expect(weights(text)).toEqual([
      [40, 60],
      [1, 2],
    ]);
  });

  test.each([
    ["deleting", [{ op: "delete", path: pathOf("spec.http[0]") }], [[1, 2]]],
    [
      "moving",
      [{ op: "move", path: pathOf("spec.http[0]"), to: 1 }],
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      "adding to",
      [{ op: "insert", path: pathOf("spec.http[1].route[2]"), value: { weight: 0 } }],
      [
        [1, 2],
        [1, 2, 0],
      ],
    ],
    ["replacing", [{ op: "set", path: pathOf("spec.http[0].route"), value: [] }], [[], [1, 2]]],
  ] as const)("%s keeps what the others mean", (_, edits, expected) => {
    expect(weights(editDocument(SHARED, edits))).toEqual(expected);
  });

  test("other fields leave the sharing as it is", () => {
    expect(editDocument(SHARED, [{ op: "set", path: pathOf("spec.http[1].name"), value: "all" }])).toBe(
      SHARED.replace("name: rest", "name: all"),
    );
  });
});

describe("comments stay with what they are about", () => {
  const RULES = `http:
  # testers first
  - name: testers
  # everybody else
  - name: rest
`;
  test("a rule put before the first does not take its comment", () => {
    expect(editDocument(RULES, [{ op: "insert", path: pathOf("http[0]"), value: { name: "new" } }])).toBe(
      RULES.replace("  # testers", "  - name: new\n  # testers"),
    );
  });
  test("a rule that goes takes its comment along", () => {
    expect(editDocument(RULES, [{ op: "delete", path: pathOf("http[0]") }])).toBe(
      "http:\n  # everybody else\n  - name: rest\n",
    );
  });
  test("so does the first member of an object", () => {
    const text = "a:\n  # of b\n  b: 1\n  c: 2\n";
    expect(editDocument(text, [{ op: "delete", path: pathOf("a.b") }])).toBe("a:\n  c: 2\n");
  });
  test("a member that gets another name keeps its place and its comments", () => {
    const text = 'headers:\n  # who\n  end-user: { exact: jason } # tester\n  x-canary: { exact: "yes" }\n';
    expect(editDocument(text, [{ op: "rename", path: pathOf("headers.end-user"), to: "user" }])).toBe(
      text.replace("end-user", "user"),
    );
    expect(() => editDocument(text, [{ op: "rename", path: pathOf("headers.end-user"), to: "x-canary" }])).toThrow(
      /appears twice/,
    );
  });
});
