import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import { codePattern } from "#core/kinds/health-policy/code-pattern.ts";
import type { ObjectiveSpec } from "#core/kinds/objective/schema.ts";
import { charsTooMany } from "#core/schema/cel/operation-tag.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

const HOUR_MS = 3_600_000;
const ROLLING_MS_MAX = 90 * 24 * HOUR_MS;

export function validateObjective(spec: ObjectiveSpec): Diagnostic[] {
  const { service, workload, from, reporter, requests, availability, latency, target, window } = spec;
  const issues: Diagnostic[] = [];
  if (service !== undefined && workload !== undefined)
    issues.push(
      errorAt(["spec", "workload"], "conflicting-fields", "service and workload are both set", "name one of them"),
    );
  if (service === undefined && workload === undefined)
    issues.push(errorAt(["spec"], "missing-field", "neither service nor workload says whose requests are meant"));
  if (service?.startsWith("*") === true)
    issues.push(errorAt(["spec", "service"], "bad-value", `${service} names many services`, "name one"));
  const isFromNobody = from?.namespace === undefined && from?.workload === undefined;
  if (from !== undefined && isFromNobody)
    issues.push(
      errorAt(["spec", "from"], "missing-field", "no caller is named", "set workload or namespace, or leave it out"),
    );
  if (reporter === "Source" && from === undefined)
    issues.push(
      errorAt(
        ["spec", "reporter"],
        "needs-field",
        "from is missing: anybody who joins could tell of requests that failed",
        "name the callers whose word counts in from, or set reporter to Destination",
      ),
    );
  if (requests !== undefined) issues.push(...validateRequests(requests, reporter));
  const wrong = availability?.codes === undefined ? undefined : checkRegex(codePattern(availability.codes));
  if (wrong !== undefined)
    issues.push(errorAt(["spec", "availability", "codes"], "bad-value", `${availability?.codes} ${wrong}`));
  if (latency !== undefined && (parseDurationMs(latency.threshold) ?? 0) < 1)
    issues.push(
      errorAt(
        ["spec", "latency", "threshold"],
        "bad-value",
        `${latency.threshold} is less than 1ms`,
        "set 1ms or more",
      ),
    );
  if (target <= 0 || target >= 100)
    issues.push(
      errorAt(
        ["spec", "target"],
        "bad-value",
        `${target} % leaves ${target >= 100 ? "no" : "all as"} budget`,
        "set one between 0 and 100, e.g. 99.9",
      ),
    );
  if (window.timeZone !== undefined && window.calendar === undefined)
    issues.push(
      warningAt(
        ["spec", "window", "timeZone"],
        "no-effect",
        "only a calendar has a time zone",
        "leave it out, or set calendar",
      ),
    );
  const rollingMs = window.rolling === undefined ? HOUR_MS : (parseDurationMs(window.rolling) ?? 0);
  if (rollingMs % HOUR_MS !== 0 || rollingMs > ROLLING_MS_MAX || rollingMs < HOUR_MS)
    issues.push(
      errorAt(
        ["spec", "window", "rolling"],
        "bad-value",
        `${window.rolling} is not whole hours, or more than 90 days`,
        "write hours, e.g. 720h for 30 days",
      ),
    );
  return issues;
}

function validateRequests(
  { methods = [], paths = [], route }: NonNullable<ObjectiveSpec["requests"]>,
  reporter: ObjectiveSpec["reporter"],
): Diagnostic[] {
  const path = ["spec", "requests"];
  if (methods.length + paths.length === 0 && route === undefined)
    return [
      errorAt(path, "missing-field", "neither methods, paths nor route say which are meant", "leave it out for all"),
    ];
  const unmet = paths.flatMap((text, index) => {
    const problem = whyUnmet(text);
    return problem === undefined ? [] : [errorAt([...path, "paths", index], "bad-value", ...problem)];
  });
  if (route === undefined || reporter === "Source") return unmet;
  return [
    ...unmet,
    errorAt(
      [...path, "route"],
      "needs-field",
      "the called end does not know by which route a request came",
      "set reporter: Source and name the gateway or the callers in from, or write methods and paths",
    ),
  ];
}

/** Why no proxy takes any request's path for one of these, with what to do. */
function whyUnmet(template: string): readonly [message: string, hint: string] | undefined {
  const tooMany = charsTooMany(template);
  if (tooMany > 0)
    return [
      `${JSON.stringify(template)} is ${tooMany} characters too long behind its first {*} for proxies to look for`,
      "end it with {**} earlier",
    ];
  const foreign = /[^!-~]|[?#]/u.exec(template)?.[0];
  if (foreign === undefined) return undefined;
  return [
    `${JSON.stringify(template)} has ${JSON.stringify(foreign)}, which no path has as it arrives`,
    /[?#]/.test(foreign) ? "leave the query out: it is not looked at" : "write it as it is sent, %20 for a blank",
  ];
}
