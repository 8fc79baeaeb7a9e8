import { expect, test } from "vitest";
import { locatePath } from "#core/resource/locate-path.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

const TEXT = `# a comment
spec:
  http:
  - route:
    - destination: { host: a, subset: v1 }
  ports: { 8080: x }
  retry_on: 5xx
`;

test.each([
  ["spec.http[0].route[0].destination.subset", 5, 39],
  ["spec.http[0].route[0]", 5, 7],
  ['spec.ports["8080"]', 6, 18],
  ["spec.retryOn", 7, 13],
  // Absent: the nearest parent.
  ["spec.http[0].timeout", 4, 5],
  ["spec.http[3].route", 4, 3],
])("finds %s", (path, line, column) => {
  expect(locatePath(TEXT, pathOf(path))).toEqual({ line, column });
});
