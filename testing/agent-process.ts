import { parseAgentConfig } from "#mesh-agent/config.ts";
import { runAgent } from "#mesh-agent/main.ts";

/** The agent as a process of its own, for tests that kill it: configuration as JSON in the first argument. */
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await runAgent(parseAgentConfig(JSON.parse(process.argv[2] ?? "{}")), { stop: stop.signal });
process.exit(0);
