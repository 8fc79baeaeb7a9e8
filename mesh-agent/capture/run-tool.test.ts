import { expect, test } from "vitest";
import { runTool } from "#mesh-agent/capture/run-tool.ts";

test("a tool is ended after its time, unless it may take as long as it likes", async () => {
  await expect(runTool("sh", ["-c", "exec sleep 60"], "", 50)).rejects.toThrow(
    "sh -c exec sleep 60 failed: signal SIGTERM",
  );
  expect(await runTool("sh", ["-c", "sleep 0.2; echo over"], "", 0)).toBe("over\n");
});
