/** `ferry plan`, the whole command, over agents and roles of the fleet: how long it takes and how much memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installRoot } from "../../src/install/root.js";
import { agentLayout } from "../../src/sandbox/fleet/layout.js";
import type { Size } from "./world.js";

const DEADLINE_MS = 10 * 60_000;

export interface PlanMeasurement {
  readonly mesosAgents: number;
  readonly mesosRoles: number;
  readonly ms: number;
  readonly peakMiB: number;
  /** Of --detailed-exitcode. */
  readonly exitCode: number | null;
  readonly summary: string;
}

/** Agents are declared to be deactivated and roles to weigh 2, so that there is something to plan. */
export function measurePlan(master: string, size: Size, agents: number, roles: number): PlanMeasurement {
  const folder = mkdtempSync(join(tmpdir(), "ferry-bench-plan-"));
  const memory = join(folder, "peak");
  try {
    writeFileSync(join(folder, "ferry.yaml"), PROJECT);
    writeFileSync(join(folder, "main.yaml"), documents(master, size, agents, roles).join("---\n"));
    const hook = fileURLToPath(new URL("./peak-on-exit.js", import.meta.url));
    const began = performance.now();
    const run = spawnSync(
      process.execPath,
      ["--import", hook, join(installRoot(), "bin", "ferry"), "plan", "--detailed-exitcode"],
      { cwd: folder, encoding: "utf8", timeout: DEADLINE_MS, env: { ...process.env, PEAK_FILE: memory } },
    );
    const ms = Math.round(performance.now() - began);
    if (run.status !== 0 && run.status !== 2) throw new Error(`the plan failed: ${run.stdout}${run.stderr}`);
    const summary = run.stdout.split("\n").find((line) => /^Plan:|No changes/.test(line)) ?? "";
    const peakMiB = Number(readFileSync(memory, "utf8"));
    return { mesosAgents: agents, mesosRoles: roles, ms, peakMiB, exitCode: run.status, summary };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PROJECT = "apiVersion: ferry/v1\nkind: Project\nmetadata: {name: bench}\nspec: {}\n";

function documents(master: string, size: Size, agents: number, roles: number): string[] {
  const step = Math.max(1, Math.floor(size.agents / agents));
  return [
    document("Mesos", "fleet", `{ masters: ["${master}"] }`),
    ...Array.from({ length: agents }, (_, at) =>
      document(
        "MesosAgent",
        `agent-${at}`,
        `{ mesos: Mesos/fleet, agent: { hostname: "${agentLayout(size, at * step).hostname}" }, state: deactivated }`,
      ),
    ),
    ...Array.from({ length: roles }, (_, at) =>
      document("MesosRole", `role-${at}`, `{ mesos: Mesos/fleet, role: team-${at}, weight: 2 }`),
    ),
  ];
}

function document(kind: string, name: string, spec: string): string {
  return `apiVersion: ferry/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}
