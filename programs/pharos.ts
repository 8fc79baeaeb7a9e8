import { enableCompileCache } from "node:module";
import { Command, CommanderError } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure } from "#cli/failure.ts";
import manifest from "../package.json" with { type: "json" };

// A short command starts sooner with it; what runs for months would hold it all that time.
if (!["serve", "agent"].includes(process.argv[2] ?? "")) enableCompileCache();

const HELP = {
  "exit-codes": `Exit codes
  0   done
  1   diff: something would change; analyze: a finding as severe as --fail-on says
  2   unknown verb, flag or argument
  3   the input was refused; the diagnostics say why
  4   there is no such thing
  5   somebody else changed it since
  6   not signed in, or not allowed
  7   written, but it cannot be translated for proxies, or a proxy refused it
  8   --wait ran out of time
  9   no answer from the server, or something else that is needed is missing
  10  a fault in pharos itself
`,
} as const;

/** Verb → the module that adds it. Loaded only when asked for, so that a short command starts quickly. */
const VERBS = {
  serve: async (program: Command) => (await import("#programs/serve.ts")).addServe(program),
  agent: async (program: Command) => (await import("#programs/agent.ts")).addAgent(program),
  demo: async (program: Command) => (await import("#programs/demo.ts")).addDemo(program),
  apply: async (program: Command) => (await import("#cli/commands/apply.ts")).addApply(program),
  get: async (program: Command) => (await import("#cli/commands/get.ts")).addGet(program),
  delete: async (program: Command) => (await import("#cli/commands/delete.ts")).addDelete(program),
  diff: async (program: Command) => (await import("#cli/commands/diff.ts")).addDiff(program),
  analyze: async (program: Command) => (await import("#cli/commands/analyze.ts")).addAnalyze(program),
  simulate: async (program: Command) => (await import("#cli/commands/simulate.ts")).addSimulate(program),
  explain: async (program: Command) => (await import("#cli/commands/explain.ts")).addExplain(program),
  history: async (program: Command) => (await import("#cli/commands/history.ts")).addHistory(program),
  rollback: async (program: Command) => (await import("#cli/commands/history.ts")).addRollback(program),
  graph: async (program: Command) => (await import("#cli/commands/graph.ts")).addGraph(program),
  alerts: async (program: Command) => (await import("#cli/commands/alerts.ts")).addAlerts(program),
  objectives: async (program: Command) => (await import("#cli/commands/objectives.ts")).addObjectives(program),
  requests: async (program: Command) => (await import("#cli/commands/requests.ts")).addRequests(program),
  "proxy-status": async (program: Command) => (await import("#cli/commands/proxy-status.ts")).addProxyStatus(program),
  "proxy-config": async (program: Command) => (await import("#cli/commands/proxy-config.ts")).addProxyConfig(program),
  credential: async (program: Command) => (await import("#cli/commands/credential.ts")).addCredential(program),
  token: async (program: Command) => (await import("#cli/commands/token.ts")).addToken(program),
  identities: async (program: Command) => (await import("#cli/commands/revoke.ts")).addIdentities(program),
  limits: async (program: Command) => (await import("#cli/commands/limits.ts")).addLimits(program),
  quota: async (program: Command) => (await import("#cli/commands/quota.ts")).addQuota(program),
  revoke: async (program: Command) => (await import("#cli/commands/revoke.ts")).addRevoke(program),
  backup: async (program: Command) => (await import("#cli/commands/backup.ts")).addBackup(program),
  restore: async (program: Command) => (await import("#cli/commands/backup.ts")).addRestore(program),
  join: async (program: Command) => (await import("#programs/join.ts")).addJoin(program),
  leave: async (program: Command) => (await import("#programs/leave.ts")).addLeave(program),
  completion: async (program: Command) => (await import("#cli/commands/completion.ts")).addCompletion(program),
} as const;

const ALIASES: Readonly<Record<string, keyof typeof VERBS>> = { ps: "proxy-status", pc: "proxy-config" };

/** Only that verb, or all where it is none of them. */
async function addVerbs(program: Command, verb: string): Promise<void> {
  const name = ALIASES[verb] ?? verb;
  if (Object.hasOwn(VERBS, name)) await VERBS[name as keyof typeof VERBS](program);
  else for (const add of Object.values(VERBS)) await add(program);
}

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("pharos")
    .description("a service mesh: control plane, agents, and the console to see and change it")
    .version(manifest.version, "-V, --version", "the version of pharos")
    .exitOverride();
  program.addHelpText("after", "\nExit codes: pharos help exit-codes");
  const [verb = "", topic = ""] = argv;
  if (verb === "help" && Object.hasOwn(HELP, topic)) {
    process.stdout.write(HELP[topic as keyof typeof HELP]);
    return;
  }
  if (verb === "__complete") {
    const words = argv.slice(1);
    await addVerbs(program, words.length > 1 ? topic : "");
    return (await import("#cli/commands/completion/print-completions.ts")).printCompletions(program, words);
  }
  await addVerbs(program, verb);
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync(argv, { from: "user" });
}

// A reader that has seen enough (`| head`) is no failure; and what keeps others running goes on without one.
const isLasting = ["serve", "agent", "demo"].includes(process.argv[2] ?? "");
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isLasting) return;
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportFailure(error);
  if (error instanceof CommanderError && process.exitCode === EXIT.usage && process.argv.length > 2)
    process.stderr.write("hint: `pharos help` lists the verbs, `pharos help VERB` the flags of one\n");
}
