// `node scripts/run.mjs ENTRY [ARGS]`: makes the clone ready, then runs ENTRY on the project's own Node.
import { runMain, setup } from "./setup.mjs";

const [entry = "", ...args] = process.argv.slice(2);
const verb = entry === "dist/pharos.js" ? (args[0] ?? "") : "bench";
const isAsking = args.some((argument) => ["--stop", "--help", "-h"].includes(argument));
try {
  await setup({
    build: !isAsking && ["bench", "demo", "serve"].includes(verb),
    envoy: !isAsking && (["bench", "demo"].includes(verb) || (verb === "agent" && !args.includes("--envoy"))),
  });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  // As every verb does where something it needs is missing; 1 would be what `diff` says.
  process.exit(process.exitCode ?? 9);
}
runMain(entry, args);
