// Evaluates one rule that fires and is over in turns and tells a webhook, until it is killed: `node alert-process.ts DB URL`.
import { DatabaseSync } from "node:sqlite";
import { postJson } from "#server/outbox/post-json.ts";
import { openAlertOutbox } from "#server/watch/alert-outbox.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { ALERT_STEP_MS, AlertWatch } from "#server/watch/alert-watch.ts";
import { prepared } from "#server/watch/open-watch.ts";
import { silentLogger } from "#testing/loggers.ts";

const [, , file = "", url = ""] = process.argv;
const db = prepared(new DatabaseSync(file));
db.exec("CREATE TABLE IF NOT EXISTS test_clock (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL)");
let at = Number(db.prepare("SELECT at FROM test_clock").get()?.at ?? 1);
const store = new AlertStore(db);
const receivers = () => [
  { ref: "AlertReceiver/a/hook", kind: "webhook" as const, url, sendsResolved: true, wants: () => true },
];
const watch = new AlertWatch({
  store,
  now: () => Date.now() + at * ALERT_STEP_MS,
  evaluate: async () => [
    {
      rule: "AlertRule/a/r",
      forMs: 0,
      // Five steps on, five off.
      findings: at % 10 < 5 ? [{ labels: { alertname: "r" }, annotations: {}, value: at }] : [],
    },
  ],
  revision: () => 0,
  receivers,
  silences: () => [],
  tellAlertmanager: async () => undefined,
});
openAlertOutbox({
  ...{ store, receivers, secret: "key", log: silentLogger, everyMs: 2 },
  post: (to, body, headers) => postJson(to, body, headers, { allowsLoopback: true }),
}).outbox.start();
setInterval(async () => {
  await watch.run();
  at += 1;
  db.prepare("INSERT OR REPLACE INTO test_clock VALUES (1, ?)").run(at);
}, 5);
