/** Mesos' TaskInfo of one run of a job, and whether an offer has room for it. Pure. */
import type { JsonObject } from "../../value/json.js";
import type { Offer } from "../framework/cluster.js";
import type { Job } from "./job.js";

const AMOUNTS = ["cpus", "mem", "disk"] as const;
export type Room = Readonly<Record<(typeof AMOUNTS)[number], number>>;

/** What of an offer is reserved for nobody. */
export function roomOf(offer: Offer): Room {
  const sum = (name: string) =>
    offer.resources
      .filter((one) => one.name === name && one.role === "*")
      .reduce((total, { scalar = 0 }) => total + scalar, 0);
  return { cpus: sum("cpus"), mem: sum("mem"), disk: sum("disk") };
}

/** What is left of it; null when the job does not fit. */
export function without(room: Room, job: Job): Room | null {
  const left = { cpus: room.cpus - job.cpus, mem: room.mem - job.mem, disk: room.disk - job.disk };
  return AMOUNTS.every((name) => left[name] > -1e-9) ? left : null;
}

/** `ct:<milliseconds>:<attempt>:<job>:`, as Chronos names them. */
export function taskIdOf(job: Job, attempt: number, now: number): string {
  return `ct:${now}:${attempt}:${job.name}:`;
}

/** The job's name; null for an id that is not of that form. */
export function jobNameIn(taskId: string): string | null {
  return /^ct:\d+:\d+:([\w.-]+):/.exec(taskId)?.[1] ?? null;
}

export function taskInfo(job: Job, id: string, offer: Offer): JsonObject {
  return {
    name: `ChronosTask:${job.name}`,
    task_id: { value: id },
    agent_id: { value: offer.agentId },
    resources: AMOUNTS.filter((name) => job[name] > 0).map((name) => ({
      name,
      type: "SCALAR",
      scalar: { value: job[name] },
      role: "*",
      allocation_info: { role: offer.role },
    })),
    command: { shell: true, value: job.command },
  };
}
