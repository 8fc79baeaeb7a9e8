import { Option } from "commander";

/** `--dry-run`. The value is kubectl's; the server checks either way. */
export function dryRunOption(): Option {
  return new Option("--dry-run [where]", "check and show what would change; write nothing").choices([
    "server",
    "client",
  ]);
}
