import { type Command, InvalidArgumentError } from "commander";
import type { ApiClient } from "#cli/client/client.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print, printValue } from "#cli/output/output.ts";
import { PharosError } from "#core/errors.ts";
import { planOfRule, planWrittenIn, splitRuleId } from "#core/rate-limit/rule-name.ts";
import type { ConsumerView, LimitRuleView } from "#core/view/limit.ts";
import { formatLimitKey } from "#node/limit-key.ts";

interface ConsumerOptions extends CommonOptions {
  readonly plan?: string;
}

const SHOWN = 1000;

function readUnits(text: string): number {
  const units = Number(text);
  if (!Number.isInteger(units) || units < 1) throw new InvalidArgumentError("is not a whole number of 1 or more");
  return units;
}

/** All others have rules with names. */
const isQuota = ({ rule }: LimitRuleView): boolean => rule === "";

/** Not as a plan has it that gives another amount. */
const isOwn = ({ plan, name }: LimitRuleView): boolean => plan === null || planWrittenIn(name) !== undefined;

/** Of `[NAMESPACE/]NAME`, as everybody has it, and as each plan does. */
async function findQuotas(api: ApiClient, name: string, plan?: string): Promise<readonly LimitRuleView[]> {
  const [namespace, own] = name.includes("/") ? name.split("/") : ["default", name];
  const found = (await api.limits.rules.query()).filter(
    (rule) => isQuota(rule) && rule.namespace === namespace && rule.name === own,
  );
  if (found.length === 0)
    throw new PharosError("not-found", `there is no Quota ${namespace}/${own}, or it is off`, {
      hint: "`pharos quota get` lists them",
    });
  const chosen = plan === undefined ? found : found.filter((rule) => rule.plan === plan);
  if (chosen.length === 0)
    throw new PharosError("not-found", `no Plan ${String(plan)} says anything of Quota ${namespace}/${own}`, {
      hint: `those that do: ${found.flatMap((rule) => rule.plan ?? []).join(", ") || "none"}`,
    });
  return chosen;
}

/** The one consumer of that name; one that has drawn nothing yet is there by its key alone. */
async function findKey(api: ApiClient, quota: string, consumer: string, plan?: string): Promise<string> {
  const rules = await findQuotas(api, quota, plan);
  const lists = await Promise.all(
    rules.map((rule) => api.limits.consumers.query({ limit: rule.id, text: consumer.slice(0, 200), most: SHOWN })),
  );
  const found = lists.flat().filter(({ subject }) => subject === consumer);
  const [only, ...more] = found;
  if (more.length > 0)
    throw new PharosError("invalid", `${consumer} is a consumer in several plans`, { hint: "name one with --plan" });
  if (only !== undefined) return only.key;
  const [rule] = plan === undefined ? rules.filter(isOwn) : rules;
  const parts = rule?.key.length ?? 0;
  if (rule === undefined || parts > 1)
    throw new PharosError("not-found", `Quota ${quota} knows no consumer ${consumer}`, {
      hint: `\`pharos quota get ${quota}\` lists them`,
    });
  return keyOf(rule.id, parts === 0 ? undefined : consumer);
}

/** Of a consumer of one part, as it is shown: `-` has none. Of undefined all are one. */
export function keyOf(ruleId: string, consumer: string | undefined): string {
  const { policy, name } = splitRuleId(ruleId);
  return formatLimitKey({
    ...{ policy, rule: name },
    values: consumer === undefined ? [] : [consumer === "-" ? null : consumer],
  });
}

const RULES = [
  { title: "quota", value: (row: LimitRuleView) => `${row.namespace}/${row.name}` },
  { title: "plan", value: (row: LimitRuleView) => row.plan ?? "" },
  { title: "amount", value: (row: LimitRuleView) => String(row.amount) },
  { title: "of", value: (row: LimitRuleView) => row.unit.toLowerCase() },
  { title: "period", value: (row: LimitRuleView) => row.period },
  { title: "for each", value: (row: LimitRuleView) => row.key.join(" and ") },
  { title: "over", value: (row: LimitRuleView) => row.over },
  { title: "consumers", value: (row: LimitRuleView) => String(row.consumers) },
];
const CONSUMERS = [
  { title: "consumer", value: (row: ConsumerView) => row.subject },
  { title: "plan", value: (row: ConsumerView) => planOfRule(splitRuleId(row.limit)) ?? "" },
  { title: "used", value: (row: ConsumerView) => String(row.used) },
  { title: "held", value: (row: ConsumerView) => String(row.held) },
  { title: "left", value: (row: ConsumerView) => String(row.left) },
  { title: "amount", value: (row: ConsumerView) => String(row.amount) },
  { title: "carried", value: (row: ConsumerView) => String(row.carried) },
  { title: "added", value: (row: ConsumerView) => String(row.added) },
  { title: "until", value: (row: ConsumerView) => row.endsAt ?? "" },
];

/** `pharos quota get|topup|reset`. */
export function addQuota(program: Command): void {
  const quota = program.command("quota").description("what consumers have used of quotas; top up, begin anew");
  withServer(quota.command("get", { isDefault: true }))
    .argument("[quota]", "[NAMESPACE/]NAME; without it, all of them")
    .argument("[consumer]", "one consumer, with its history")
    .option("--plan <plan>", "as those have it who have the plan")
    .description("quotas, the consumers of one, or one consumer")
    .action((name: string | undefined, consumer: string | undefined, options: ConsumerOptions) =>
      withClient(options, (api) => get(api, name, consumer, options)),
    );
  const changing = (command: Command): Command =>
    withServer(command)
      .option("--plan <plan>", "as those have it who have the plan")
      .option("--reason <text>", "why; kept in the ledger and the audit trail", "");
  changing(quota.command("topup"))
    .argument("<quota>", "[NAMESPACE/]NAME")
    .argument("<consumer>", 'as `pharos quota get` names it; "" where all are one')
    .argument("<units>", "how many more there are in this period", readUnits)
    .description("give a consumer more of a quota in this period")
    .action((name: string, consumer: string, units: number, options: ConsumerOptions & { readonly reason: string }) =>
      withClient(options, async (api) => {
        const key = await findKey(api, name, consumer, options.plan);
        return tell(options, await api.limits.topUp.mutate({ key, units, reason: options.reason }), "topped up");
      }),
    );
  changing(quota.command("reset"))
    .argument("<quota>", "[NAMESPACE/]NAME")
    .argument("<consumer>", 'as `pharos quota get` names it; "" where all are one')
    .description("let a consumer's period begin anew: nothing of it is used")
    .action((name: string, consumer: string, options: ConsumerOptions & { readonly reason: string }) =>
      withClient(options, async (api) => {
        const key = await findKey(api, name, consumer, options.plan);
        return tell(options, await api.limits.reset.mutate({ key, reason: options.reason }), "begun anew");
      }),
    );
}

async function get(
  api: ApiClient,
  name: string | undefined,
  consumer: string | undefined,
  { output, plan }: ConsumerOptions,
): Promise<number> {
  if (name === undefined) {
    const rules = (await api.limits.rules.query()).filter(isQuota);
    print(output, rules, rules, RULES, "there are no quotas");
    return EXIT.ok;
  }
  if (consumer === undefined) {
    const rules = await findQuotas(api, name, plan);
    const lists = await Promise.all(rules.map(({ id }) => api.limits.consumers.query({ limit: id, most: SHOWN })));
    const consumers = lists.flat();
    print(output, consumers, consumers, CONSUMERS, `nobody has used anything of ${name} yet`);
    return EXIT.ok;
  }
  const detail = await api.limits.consumer.query({ key: await findKey(api, name, consumer, plan) });
  print(output, detail, [detail], CONSUMERS, "");
  if (output === "table")
    for (const { at, what, units, used, author, reason } of detail.changes.filter((each) => each.what !== "draw"))
      process.stdout.write(`${at}  ${what} ${units} by ${author}, used ${used}${reason === "" ? "" : `: ${reason}`}\n`);
  return EXIT.ok;
}

function tell({ output }: CommonOptions, consumer: ConsumerView, what: string): number {
  const { subject, left, used } = consumer;
  if (output === "table")
    process.stdout.write(`${subject === "" ? "the quota" : subject} is ${what}: ${used} used, ${left} left\n`);
  else printValue(output, consumer);
  return EXIT.ok;
}
