/** Whether an agent may start again on its checkpoint with other flags: --reconfiguration_policy. Only compares. */
import { contains } from "../model/resource.js";
import { resourcesFromJson } from "../model/resource-json.js";
import type { AgentRecord } from "./executor-record.js";

/** What changed that must not, or null. */
export function incompatibility(policy: string, before: AgentRecord, now: AgentRecord): string | null {
  if (policy === "any") return null;
  if (before.hostname !== now.hostname)
    return `Configuration change not permitted under \`${policy}\` policy: hostname changed from '${before.hostname}' to '${now.hostname}'`;
  if (before.port !== now.port)
    return `Configuration change not permitted under \`${policy}\` policy: port changed from ${before.port} to ${now.port}`;
  if (JSON.stringify(before.domain ?? null) !== JSON.stringify(now.domain ?? null)) {
    return `Configuration change not permitted under \`${policy}\` policy: domain changed`;
  }
  return policy === "additive" ? notAdded(before, now) : changed(before, now);
}

function changed(before: AgentRecord, now: AgentRecord): string | null {
  const differs = (a: readonly object[], b: readonly object[]) => sorted(a) !== sorted(b);
  const what = differs(before.resources, now.resources)
    ? "resources"
    : differs(before.attributes, now.attributes)
      ? "attributes"
      : null;
  return what === null ? null : `Incompatible agent info detected: the ${what} changed`;
}

function notAdded(before: AgentRecord, now: AgentRecord): string | null {
  if (!contains(resourcesFromJson(now.resources), resourcesFromJson(before.resources))) {
    return "Configuration change not permitted under `additive` policy: Resources were removed or made smaller";
  }
  const kept = new Set(now.attributes.map((each) => JSON.stringify(each)));
  const lost = before.attributes.find((each) => !kept.has(JSON.stringify(each)));
  return lost === undefined
    ? null
    : "Configuration change not permitted under `additive` policy: An attribute was removed or changed";
}

function sorted(list: readonly object[]): string {
  return JSON.stringify(list.map((each) => JSON.stringify(each)).sort());
}

/** What mesos-agent prints before it exits with status 1. */
export function refusalText(workDir: string, problem: string, before: AgentRecord, now: AgentRecord): string {
  const line = "------------------------------------------------------------";
  return [
    "EXIT with status 1: Failed to perform recovery: Incompatible agent info detected.",
    line,
    problem,
    line,
    "Old agent info:",
    JSON.stringify(before, null, 2),
    "New agent info:",
    JSON.stringify(now, null, 2),
    line,
    "To remedy this do as follows:",
    `Step 1: rm -f ${workDir}/meta/slaves/latest`,
    "        This ensures agent doesn't recover old live executors.",
    "Step 2: Restart the agent.",
  ].join("\n");
}
