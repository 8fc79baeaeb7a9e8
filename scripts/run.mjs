// `node scripts/run.mjs ENTRY [ARGS]`: makes the clone ready, then runs ENTRY on the project's own Node.
import { runMain, setup } from "./setup.mjs";

const [entry = "", ...args] = process.argv.slice(2);
const isCliOnly = entry === "cli/main.ts" && !["demo", "serve"].includes(args[0] ?? "");
try {
  await setup({ build: !isCliOnly && args[1] !== "--stop", envoy: !isCliOnly && args[1] !== "--stop" });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
runMain(entry, args);
