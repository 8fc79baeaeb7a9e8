import { expect, test } from "vitest";
import { advanceAlerts } from "#core/alerts/advance-alerts.ts";
import { type Alert, type Evaluation, stateOf } from "#core/alerts/alert.ts";
import { fillTemplate } from "#core/alerts/fill-template.ts";

const found = (...names: string[]) =>
  names.map((name) => ({ labels: { alertname: "A", name }, annotations: {}, value: 1 }));
const asked = (findings: Evaluation["findings"], more: Partial<Evaluation> = {}): Evaluation => ({
  ...{ rule: "AlertRule/a/r", forMs: 60_000, findings },
  ...more,
});

/** States after each step, those that are over among them. */
function follow(steps: readonly (readonly Evaluation[])[]): string[] {
  let standing: readonly Alert[] = [];
  return steps.map((evaluations, index) => {
    const { changed, dropped } = advanceAlerts(standing, evaluations, index * 30_000);
    const gone = new Set([...changed, ...dropped].map(({ id }) => id));
    standing = [
      ...standing.filter(({ id }) => !gone.has(id)),
      ...changed.filter(({ resolvedMs }) => resolvedMs === null),
    ];
    return changed.map((each) => `${each.labels.name} ${stateOf(each)}`).join(", ");
  });
}

test.each<[string, readonly (readonly Evaluation[])[], string[]]>([
  [
    "one is pending for as long as its rule says, and then fires, and is over",
    [[asked(found("x"))], [asked(found("x"))], [asked(found("x"))], [asked([])]],
    ["x pending", "x pending", "x firing", "x resolved"],
  ],
  ["one that goes before it fires was none", [[asked(found("x"))], [asked([])], [asked([])]], ["x pending", "", ""]],
  [
    "one that comes again begins anew",
    [[asked(found("x"))], [asked([])], [asked(found("x"))], [asked(found("x"))]],
    ["x pending", "", "x pending", "x pending"],
  ],
  [
    "a rule that cannot be asked leaves its alerts as they are",
    [[asked(found("x"), { forMs: 0 })], [asked([], { error: "timeout" })], [asked([])]],
    ["x firing", "", "x resolved"],
  ],
  [
    "alerts of a rule that is gone are over",
    [[asked(found("x", "y"), { forMs: 0 })], []],
    ["x firing, y firing", "x resolved, y resolved"],
  ],
  [
    "labels tell alerts apart",
    [[asked(found("x"), { forMs: 0 })], [asked(found("x", "y"), { forMs: 0 })], [asked(found("y"), { forMs: 0 })]],
    ["x firing", "x firing, y firing", "y firing, x resolved"],
  ],
])("%s", (_, steps, expected) => expect(follow(steps)).toEqual(expected));

test("texts are filled with what was found, and nothing else", () => {
  const of = { labels: { a: "{{ $value }}" }, value: 0.123456789 };
  expect(fillTemplate("{{ $value }} {{$labels.a}} {{ $labels.constructor }} {{ printf 1 }}", of)).toBe(
    "0.123457 {{ $value }}  {{ printf 1 }}",
  );
});
