import { expect, test } from "vitest";
import { ConnectionBook, type ToldConnection } from "#mesh-agent/telemetry/connection-book.ts";
import { EntryFolder } from "#mesh-agent/telemetry/fold-entries.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";

const line = (at: string, d: number, bi: number, bo: number, more: object = {}): string =>
  lineOf({ m: null, p: null, pr: null, c: 0, cd: null, a: null, at, ci: 7, d, bi, bo, ...more });
const CONNECTED = line("TcpUpstreamConnected", 1, 0, 0);
const LASTS = line("TcpPeriodic", 10_000, 100, 1000);
const ENDED = line("TcpConnectionEnd", 12_000, 150, 1000, { f: "DC" });

class Agent {
  connections: ConnectionBook;
  folder: EntryFolder;
  stored = new Map<string, ToldConnection>();

  constructor(knownFromMs = 0, told = new Map<string, ToldConnection>()) {
    this.stored = told;
    this.connections = new ConnectionBook({ told, knownFromMs });
    this.folder = new EntryFolder(OWN, Math.random, Date.now, undefined, this.connections);
  }

  /** [opened, ended, received, sent] of each window. */
  fold(...lines: readonly string[]): number[][] {
    for (const each of lines) this.folder.addLine(each);
    return this.folder
      .take()
      .windows.map(({ opened, count, requestBytes, responseBytes }) =>
        [opened, count, requestBytes, responseBytes].map(Number),
      );
  }

  store(): void {
    for (const [id, told] of this.connections.changes())
      if (told === undefined) this.stored.delete(id);
      else this.stored.set(id, told);
    this.connections.confirm();
  }
}

test("a long connection is told of as it begins, while it lasts and at its end: each byte once", () => {
  const agent = new Agent();
  expect(agent.fold(CONNECTED)).toEqual([[1, 0, 0, 0]]);
  expect(agent.fold(LASTS)).toEqual([[0, 0, 100, 1000]]);
  expect(agent.fold(LASTS)).toEqual([]);
  expect(agent.fold(ENDED)).toEqual([[0, 1, 50, 0]]);
  agent.store();
  expect(agent.stored.size).toBe(0);
});

test("one that never came to its upstream, and a line of a listener that tells of ends alone, begin and end at once", () => {
  expect(new Agent().fold(line("TcpConnectionEnd", 5, 3, 0))).toEqual([[1, 1, 3, 0]]);
  expect(new Agent().fold(line("TcpConnectionEnd", 5, 3, 0, { at: undefined, ci: undefined }))).toEqual([[1, 1, 3, 0]]);
});

test("lines that were not stored are told again, those that were are not, whoever reads on", () => {
  const agent = new Agent();
  agent.fold(CONNECTED, LASTS);
  agent.connections.discard();
  expect(agent.fold(CONNECTED, LASTS)).toEqual([
    [1, 0, 0, 0],
    [0, 0, 100, 1000],
  ]);
  agent.store();
  expect(new Agent(0, agent.stored).fold(ENDED)).toEqual([[0, 1, 50, 0]]);
});

test("where it was lost what was told, the rest is told of and nothing twice", () => {
  const agent = new Agent(Number.MAX_SAFE_INTEGER);
  expect(agent.fold(LASTS)).toEqual([]);
  expect(agent.fold(ENDED)).toEqual([[0, 1, 50, 0]]);
});

test("connections of an Envoy that was killed are forgotten, one that lasts is not", () => {
  const agent = new Agent();
  agent.fold(CONNECTED, line("TcpUpstreamConnected", 1, 0, 0, { ci: 8 }));
  agent.store();
  for (let minute = 1; minute <= 70; minute += 1) {
    agent.fold(line("TcpPeriodic", minute * 60_000, minute, 0));
    agent.store();
  }
  expect([...agent.stored.keys()]).toEqual([expect.stringMatching(/^7@/)]);
});
