import { spawn } from "node:child_process";

export interface RunningProgram {
  /** What it said. */
  log(): string;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** Starts a program and waits until `url` answers with success; `install`: where it is had from. `onStop` is called once it is gone. */
export async function startProgram(
  program: string,
  args: readonly string[],
  url: string,
  { install, onStop = () => undefined }: { readonly install: string; readonly onStop?: () => void },
): Promise<RunningProgram> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", (error) => {
      text += `${error.message} (${install})`;
      done();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    onStop();
  };
  const deadline = Date.now() + START_MS;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { log: () => text, stop };
    if (child.pid === undefined || child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${program} did not start: ${text}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
