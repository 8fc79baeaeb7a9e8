import { expect, test } from "vitest";
import { formatWorkloadLabel, labelWorkload, parseWorkloadLabel } from "#core/model/workload-label.ts";

test.each([
  [{}, "a-v1;ns;a-v1;latest"],
  [{ app: "a", version: "v1" }, "a-v1;ns;a;v1"],
  [{ app: "a", "app.kubernetes.io/name": "b", version: "v1", "app.kubernetes.io/version": "2" }, "a-v1;ns;b;2"],
  [
    {
      "app.kubernetes.io/name": "b",
      "service.istio.io/canonical-name": "c",
      "service.istio.io/canonical-revision": "3",
    },
    "a-v1;ns;c;3",
  ],
])("%j is written and read as %s", (labels, text) => {
  const label = labelWorkload("a-v1", "ns", labels);
  expect(formatWorkloadLabel(label)).toBe(text);
  expect(parseWorkloadLabel(text)).toEqual(label);
});
