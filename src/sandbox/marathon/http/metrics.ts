/** /metrics and /metrics/prometheus (facts 7): what a simulation can know of itself. Reads only. */
import type { JsonObject } from "../../../value/json.js";
import { plainRefusal } from "../definition/refusal.js";
import type { ApiContext } from "./context.js";
import { type Answer, json, plainText } from "./message.js";

function gauges({ engine, node, streams }: ApiContext): [string, number][] {
  const specs = [...engine.groups.root.specs.values()];
  const instances = engine.tracker.all;
  const now = engine.now();
  const late = now - engine.settings.taskLaunchTimeoutMs;
  const staged = instances.filter(({ condition }) =>
    ["Provisioned", "Staging", "Starting"].includes(condition),
  );
  const of = (kind: "app" | "pod") => specs.filter((spec) => spec.kind === kind).length;
  return [
    ["apps.active.gauge", of("app")],
    ["pods.active.gauge", of("pod")],
    ["groups.active.gauge", engine.groups.root.groups.size],
    ["deployments.active.gauge", engine.deployments.count],
    ["instances.running.gauge", instances.filter(({ condition }) => condition === "Running").length],
    ["instances.staged.gauge", staged.length],
    ["instances.launch-overdue.gauge", staged.filter(({ since }) => Date.parse(since) < late).length],
    ["instances.inflight-kills.gauge", engine.inFlightKills],
    ["http.event-streams.active.gauge", streams.open],
    ["uptime.gauge.seconds", (now - node.startedAt) / 1000],
    ["leadership.duration.gauge.seconds", (now - node.leaderSince()) / 1000],
  ];
}

function counters(context: ApiContext): [string, number][] {
  const known = ["marathon.deployments.counter", "marathon.tasks.launched.counter"];
  const all = new Map(known.map((name) => [name, 0]));
  for (const [name, count] of context.engine.counters.all) all.set(name, count);
  return [...all].map(([name, count]) => [name.replace(/^marathon\./, ""), count]);
}

export function showMetrics(context: ApiContext): Answer {
  const prefix = context.node.metricsPrefix;
  const named = (list: [string, number][], field: string): JsonObject =>
    Object.fromEntries(list.map(([name, value]) => [`${prefix}.${name}`, { [field]: value }]));
  return json({
    version: "4.0.0",
    gauges: named(gauges(context), "value"),
    counters: named(counters(context), "count"),
    histograms: {},
    meters: {},
    timers: {},
  });
}

export function showPrometheus(context: ApiContext): Answer {
  if (!context.node.prometheus) throw plainRefusal(404, "Not Found");
  const prefix = context.node.metricsPrefix;
  const lines = (list: [string, number][], kind: string) =>
    list.map(([name, value]) => {
      const full = `${prefix}.${name}`.replaceAll(/[^a-zA-Z0-9_]/g, "_");
      return `# TYPE ${full} ${kind}\n${full} ${value}\n`;
    });
  return plainText(
    200,
    [...lines(gauges(context), "gauge"), ...lines(counters(context), "counter")].join("\n"),
  );
}
