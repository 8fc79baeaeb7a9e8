import type { Notice } from "#server/watch/alert-store.ts";

/** As Alertmanager tells its webhooks, one alert each. */
export function describeNotice({ receiver, event, alert }: Notice): string {
  const { labels, annotations, activeMs, firingMs, resolvedMs, id } = alert;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return JSON.stringify({
    version: "4",
    status: event,
    receiver,
    groupKey: id,
    truncatedAlerts: 0,
    groupLabels: { alertname: labels.alertname ?? "" },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: "",
    alerts: [
      {
        ...{ status: event, labels, annotations },
        startsAt: iso(firingMs ?? activeMs),
        endsAt: event === "firing" ? "0001-01-01T00:00:00Z" : iso(resolvedMs ?? activeMs),
        generatorURL: "",
        fingerprint: id,
      },
    ],
  });
}
