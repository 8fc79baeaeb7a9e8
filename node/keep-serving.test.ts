import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { keepServing } from "#node/keep-serving.ts";

test("each kind of fault is told once a minute, with how often it came again", () => {
  const target = new EventEmitter();
  const told: string[] = [];
  let now = 0;
  keepServing(
    (fault, again) => void told.push(`${fault.split("\n")[0]} ${again}`),
    target,
    () => now,
  );
  const fault = new Error("a");
  for (let i = 0; i < 5; i++) target.emit("uncaughtException", fault);
  target.emit("unhandledRejection", "b");
  now = 60_001;
  target.emit("uncaughtException", fault);
  expect(told).toEqual(["Error: a 0", "b 0", "Error: a 4"]);
});

test("one fault that says something else each time is one kind", () => {
  const target = new EventEmitter();
  const told: string[] = [];
  keepServing(
    (fault) => void told.push(fault.split("\n")[0] ?? ""),
    target,
    () => 0,
  );
  for (let i = 0; i < 500; i++) target.emit("uncaughtException", new Error(`no answer to call ${i}`));
  expect(told).toEqual(["Error: no answer to call 0"]);
});
