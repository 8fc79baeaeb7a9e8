import { createWriteStream, existsSync, statSync } from "node:fs";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { download } from "#cli/client/client.ts";
import { readBackup } from "#cli/client/read-backup.ts";
import { type CommonOptions, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure, UsageError } from "#cli/failure.ts";
import { print } from "#cli/output/output.ts";
import { outputOption } from "#cli/output/output-option.ts";
import type { BackupManifest } from "#core/backup/manifest.ts";

const columns = [
  { title: "file", value: ({ name }: BackupManifest["files"][number]) => name },
  { title: "bytes", value: ({ bytes }: BackupManifest["files"][number]) => bytes },
];

export function addBackup(program: Command): void {
  withServer(program.command("backup"))
    .description("copy all that the server keeps, its keys too, to a file, while it runs; for administrators")
    .argument("<path>", "the file to write, or a directory for one that is named by its time")
    .action(async (path: string, options: CommonOptions) => {
      try {
        const { file, manifest } = await backUp(path, options);
        print(options.output, { file, ...manifest }, manifest.files, columns);
        process.stderr.write(`${file} is whole; it holds every key: keep it as you keep those\n`);
        process.exitCode = EXIT.ok;
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}

export function addRestore(program: Command): void {
  program
    .command("restore")
    .description("make a server's data directory of a backup; start the server with it afterwards")
    .argument("<file>", "what `pharos backup` wrote")
    .requiredOption("--dir <dir>", "the data directory to make: not there yet, or empty")
    .addOption(outputOption())
    .action(async (file: string, options: { readonly dir: string } & Pick<CommonOptions, "output">) => {
      try {
        const manifest = await restore(file, options.dir);
        print(options.output, { dir: options.dir, ...manifest }, manifest.files, columns);
        process.stderr.write(`restored as of ${manifest.at}: pharos serve --dir ${options.dir}\n`);
        process.exitCode = EXIT.ok;
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}

/** Under its name only once it was read back whole. */
async function backUp(path: string, options: CommonOptions) {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  const file = isDirectory ? join(path, `pharos-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.tar`) : path;
  if (existsSync(file)) throw new UsageError(`${file} is there already`, { hint: "name another file, or a directory" });
  const draft = `${file}.part`;
  try {
    process.stderr.write("the server copies its stores…\n");
    const { body, bytes } = await download("/api/backup", options);
    // A new file: one that somebody else put there would stay theirs to read.
    await rm(draft, { force: true });
    await pipeline(body, progress(bytes), createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true }));
    const manifest = await readBackup(draft);
    await rename(draft, file);
    return { file, manifest };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Says on a terminal how much has come. */
function progress(bytes: number): Transform {
  let come = 0;
  let told = -1;
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      come += chunk.length;
      const percent = Math.floor((100 * come) / Math.max(1, bytes));
      if (process.stderr.isTTY && percent !== told)
        process.stderr.write(`\r${percent} % of ${(bytes / 1e6).toFixed(1)} MB${percent === 100 ? "\n" : ""}`);
      told = percent;
      done(null, chunk);
    },
  });
}

/** Beside the directory until it is whole: a restore that ends in the middle leaves nothing that could be started. */
async function restore(file: string, dir: string): Promise<BackupManifest> {
  const draft = `${resolve(dir)}.restoring`;
  if (existsSync(dir)) {
    try {
      await rmdir(dir);
    } catch (cause) {
      throw new UsageError(`${dir} is not empty`, {
        hint: "restore to a new directory; what a server has is never overwritten",
        cause,
      });
    }
  }
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(draft), { recursive: true });
  await mkdir(draft, { mode: 0o700 });
  try {
    const manifest = await readBackup(file, (name) => join(draft, name));
    await rename(draft, dir);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
