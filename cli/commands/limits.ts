import { type Command, InvalidArgumentError } from "commander";
import type { ApiClient } from "#cli/client/client.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { durationFlagMs } from "#cli/duration.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { type Column, print, printValue, renderTable } from "#cli/output/output.ts";
import { isAllowed } from "#core/access/permissions.ts";
import { PharosError } from "#core/errors.ts";
import type { ConsumerView } from "#core/view/limit.ts";
import type { CountedCaller, UsedLimit, UsedRule } from "#core/view/limit-use.ts";

interface LimitsOptions extends CommonOptions {
  readonly namespace?: string;
  readonly window: string;
  readonly most: number;
}

interface RuleRow {
  readonly limit: UsedLimit;
  readonly rule: UsedRule;
}

const MOST = 1000;

const RULES: readonly Column<RuleRow>[] = [
  { title: "limit", value: ({ limit }) => `${limit.namespace}/${limit.name}` },
  { title: "rule", value: ({ rule }) => rule.name },
  { title: "mode", value: ({ limit }) => limit.mode },
  { title: "at most", value: ({ rule }) => rule.words },
  { title: "stands over", value: ({ limit }) => [...limit.workloads, ...limit.gateways].join(", ") || "nobody" },
  { title: "requests", value: ({ limit }) => Math.round(limit.requests) },
  { title: "admitted", value: ({ rule }) => Math.round(rule.admitted) },
  { title: "would refuse", value: ({ rule }) => Math.round(rule.tried) },
  { title: "refused", value: ({ rule }) => Math.round(rule.refused) },
  { title: "exempt", value: ({ rule }) => Math.round(rule.exempt) },
];
const CONSUMERS: readonly Column<ConsumerView>[] = [
  { title: "rule", value: ({ limit }) => limit.slice(limit.indexOf("|") + 1) },
  { title: "consumer", value: ({ subject }) => subject || "all" },
  { title: "used", value: ({ used }) => used },
  { title: "held", value: ({ held }) => held },
  { title: "left", value: ({ left }) => left },
  { title: "amount", value: ({ amount }) => amount },
];
const CALLERS: readonly Column<CountedCaller & { readonly rule: string }>[] = [
  { title: "rule", value: ({ rule }) => rule },
  { title: "caller", value: ({ workload, isGateway }) => (isGateway ? `callers of ${workload}` : workload) },
  { title: "admitted", value: ({ admitted }) => Math.round(admitted) },
  { title: "would refuse", value: ({ tried }) => Math.round(tried) },
  { title: "refused", value: ({ refused }) => Math.round(refused) },
];

function readMost(text: string): number {
  const most = Number(text);
  if (Number.isInteger(most) && most >= 1 && most <= MOST) return most;
  throw new InvalidArgumentError(`is not a whole number from 1 to ${MOST}`);
}

/** `pharos limits [NAME]`: of RateLimits what `pharos quota get` is of Quotas. */
export function addLimits(program: Command): void {
  withServer(program.command("limits"))
    .argument("[limit]", "[NAMESPACE/]NAME of one RateLimit, with who uses most of it; without it, all of them")
    .option("-n, --namespace <namespace>", "only those of this namespace")
    .option("--window <duration>", "how far back requests are counted: 1m, 1h", "1m")
    .option("--most <count>", "how many consumers of each rule to show", readMost, 20)
    .description(
      "rules of RateLimits: what they stand over, what they let through and refused, and who uses most of one",
    )
    .action((name: string | undefined, options: LimitsOptions) =>
      withClient(options, (api) =>
        name === undefined ? list(api, options) : show(api, splitName(name, options.namespace), options),
      ),
    );
}

/** All others are Quotas, whose one rule has no name. */
const isNamed = ({ rules }: UsedLimit): boolean => rules.every(({ name }) => name !== "");

async function readLimits(api: ApiClient, { window }: LimitsOptions): Promise<readonly UsedLimit[]> {
  const seconds = Math.max(10, Math.round(durationFlagMs(window, "--window") / 1000));
  return (await api.limitUse.get.query({ seconds })).limits.filter(isNamed);
}

async function list(api: ApiClient, options: LimitsOptions): Promise<number> {
  const { namespace, output } = options;
  const limits = (await readLimits(api, options)).filter(
    (limit) => namespace === undefined || limit.namespace === namespace,
  );
  print(output, limits, limits.flatMap(rowsOf), RULES, "there are no RateLimits");
  return EXIT.ok;
}

async function show(api: ApiClient, [namespace, name]: readonly [string, string], options: LimitsOptions) {
  const limit = (await readLimits(api, options)).find((each) => each.namespace === namespace && each.name === name);
  if (limit === undefined)
    throw new PharosError("not-found", `there is no RateLimit ${namespace}/${name}`, {
      hint: "`pharos limits` lists them",
    });
  const rules = (await api.limits.rules.query()).filter(
    ({ rule, ...of }) => rule !== "" && of.namespace === namespace && of.name === name,
  );
  // Keys may be what callers keep secret: whoever only looks is not told them.
  const { principal } = await api.session.me.query();
  const mayKnow = isAllowed("limits.consumers", principal?.role ?? null);
  const consumers = mayKnow
    ? await Promise.all(rules.map(({ id }) => api.limits.consumers.query({ limit: id, most: options.most })))
    : [];
  if (options.output === "table") {
    process.stdout.write(renderTable(rowsOf(limit), RULES));
    tell(consumers.flat(), CONSUMERS, whyNobody(limit, mayKnow));
    const callers = limit.rules.flatMap((rule) => rule.callers.map((caller) => ({ ...caller, rule: rule.name })));
    tell(callers, CALLERS, `nobody was counted in ${options.window}`);
  } else printValue(options.output, { ...limit, consumers: consumers.flat() });
  return EXIT.ok;
}

const rowsOf = (limit: UsedLimit): RuleRow[] => limit.rules.map((rule) => ({ limit, rule }));

function tell<Row>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): void {
  process.stdout.write(`\n${rows.length === 0 ? `${none}\n` : renderTable(rows, columns)}`);
}

function whyNobody({ isPerInstance, mode }: UsedLimit, mayKnow: boolean): string {
  if (mode === "Off") return "nothing is counted: it is off";
  if (isPerInstance) return "what each proxy has for itself only its agent counts";
  return mayKnow ? "nobody has used anything of it now" : "who uses most of it is shown to operators";
}

/** The namespace before a slash, or that of the flag; of a name without either, the default one. */
function splitName(name: string, flag = "default"): readonly [string, string] {
  const slash = name.indexOf("/");
  return slash < 0 ? [flag, name] : [name.slice(0, slash), name.slice(slash + 1)];
}
