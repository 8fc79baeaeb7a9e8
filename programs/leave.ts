import type { Command } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure } from "#cli/failure.ts";
import { AGENT_DIR, UNIT_DIR } from "#programs/host/systemd-unit.ts";

export function addLeave(program: Command): void {
  program
    .command("leave")
    .description("take this host out of the mesh: what `pharos join` made here is stopped and removed")
    .option("--dir <dir>", `the agent's directory (default: the unit's, or ${AGENT_DIR})`)
    .option("--unit-dir <dir>", "where systemd looks for units", UNIT_DIR)
    .action(async ({ dir, unitDir }: { readonly dir?: string; readonly unitDir: string }) => {
      try {
        const { leaveHost } = await import("#programs/host/leave-host.ts");
        const removed = await leaveHost(dir, unitDir);
        process.stdout.write(removed.length === 0 ? "there was nothing here\n" : `removed ${removed.join(", ")}\n`);
        process.exitCode = EXIT.ok;
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}
