import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { PharosError } from "#core/errors.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import { chooseFirewall } from "#mesh-agent/capture/firewall.ts";
import { parseAgentConfig } from "#mesh-agent/config.ts";
import { findEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import { type HostFlags, hostSettings } from "#programs/host/host-settings.ts";
import { isSystemdRunning, systemctl } from "#programs/host/systemctl.ts";
import { systemdUnit, UNIT } from "#programs/host/systemd-unit.ts";

const READY_MS = 60_000;
const POLL_MS = 250;

export interface JoinPlace {
  /** Where systemd looks for units. */
  readonly unitDir: string;
  readonly isToStart: boolean;
  /** Pharos' own directory. */
  readonly root: string;
}

export interface JoinedHost {
  readonly name: string;
  readonly unit: string;
  readonly isStarted: boolean;
  /** To a person. */
  readonly said: string;
}

/**
 * Writes the agent's settings and its unit, starts it, and waits until its Envoy serves. What is wrong with either is found before
 * anything is written. Throws "not-found" where units have no directory, and "conflict" where the host has joined already, or the directory, which `leaveHost` removes, holds something.
 */
export async function joinHost(flags: HostFlags, { unitDir, isToStart, root }: JoinPlace): Promise<JoinedHost> {
  const unit = join(resolve(unitDir), UNIT);
  if (existsSync(unit))
    throw new PharosError("conflict", `this host has joined already: ${unit} is there`, {
      hint: "`pharos leave` first",
    });
  if (!existsSync(dirname(unit)))
    throw new PharosError("not-found", `there is no ${dirname(unit)}, where systemd would look for the unit`, {
      hint: "name the directory with --unit-dir; without systemd, start `pharos agent --capture` by whatever starts programs here",
    });
  const settings = hostSettings(flags);
  const config = parseAgentConfig({ ...settings, token: flags.token });
  const envoy = await findEnvoy({
    configured: flags.envoy ?? config.envoy,
    env: process.env,
    root,
  });
  await chooseFirewall(config.capture?.mode ?? "auto");

  const dir = resolve(config.dir);
  if (existsSync(dir) && readdirSync(dir).length > 0)
    throw new PharosError("conflict", `${dir} is not empty`, {
      hint: "name an empty directory with --dir; one that `pharos join` made goes with `pharos leave`",
    });
  const [settingsFile, tokenFile] = [join(dir, "agent.yaml"), join(dir, "token")];
  const command = [process.execPath, resolve(process.argv[1] ?? ""), "agent", "--config", settingsFile];
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(tokenFile, `${flags.token}\n`, { mode: 0o600 });
    writeFileSync(settingsFile, stringify({ ...settings, envoy: resolve(envoy.path), tokenFile }), { mode: 0o600 });
    writeFileSync(unit, systemdUnit({ name: config.name, command, drainSeconds: config.drainSeconds }));
  } catch (cause) {
    for (const each of [dir, unit]) rmSync(each, { recursive: true, force: true });
    throw new PharosError("forbidden", `cannot write what the agent needs: ${(cause as Error).message}`, {
      hint: "run `pharos join` as root",
      cause,
    });
  }
  const joined = { name: config.name, unit, isStarted: isToStart && isSystemdRunning() };
  if (!joined.isStarted) {
    const why = isToStart ? "systemd does not run here" : "nothing was started";
    return { ...joined, said: `wrote ${unit}; ${why}: start it with\n${command.join(" ")}` };
  }
  await systemctl("daemon-reload");
  await systemctl("enable", "--now", UNIT);
  await waitUntilReady(config.adminHost, config.adminPort);
  return { ...joined, said: `${config.name} is in the mesh; \`journalctl -u ${UNIT}\` has its log` };
}

async function waitUntilReady(host: string, port: number): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const answer = await fetch(`http://${joinHostPort(host, port)}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await delay(POLL_MS);
  }
  throw new PharosError("unavailable", `the agent was started, and does not serve after ${READY_MS / 1000} s`, {
    hint: `look at \`journalctl -u ${UNIT}\`; \`pharos leave\` takes everything back`,
  });
}
