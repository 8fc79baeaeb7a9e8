import { expect, test } from "vitest";
import { renderHead, renderMetrics } from "#node/prometheus-text.ts";

test("a metric is its help, its type and a line for each of its values", () => {
  expect(
    renderMetrics([
      { name: "up", help: "1 while it is.", type: "gauge", values: [{ value: 1 }] },
      {
        name: "refused_total",
        help: "What limits refused.",
        type: "counter",
        values: [{ labels: { limit: 'a "b\\c"\nd', party: "x" }, value: 2 }],
      },
      { name: "none", help: "Of nothing.", type: "gauge", values: [] },
    ]),
  ).toBe(
    [
      "# HELP up 1 while it is.",
      "# TYPE up gauge",
      "up 1",
      "# HELP refused_total What limits refused.",
      "# TYPE refused_total counter",
      'refused_total{limit="a \\"b\\\\c\\"\\nd",party="x"} 2',
      "# HELP none Of nothing.",
      "# TYPE none gauge",
      "",
    ].join("\n"),
  );
});

test("a help text stays on its line", () => {
  expect(renderHead("x", "histogram", "a\\b\nc")).toBe("# HELP x a\\\\b\\nc\n# TYPE x histogram\n");
});
