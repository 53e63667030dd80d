/** A job: what it runs, when, and how it went so far. Read from requests and from the store, checked here. Pure. */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { parseSchedule, type Schedule, scheduleText } from "./schedule.js";

export interface JobTask {
  readonly id: string;
  readonly agentId: string;
  /** From 0; each retry is one more. */
  readonly attempt: number;
}

export interface Job {
  readonly name: string;
  readonly command: string;
  readonly schedule: Schedule;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  /** How often a failed run is tried again. */
  readonly retries: number;
  /** Milliseconds that a run may be late. */
  readonly epsilonMs: number;
  readonly disabled: boolean;
  readonly successCount: number;
  readonly errorCount: number;
  readonly errorsSinceLastSuccess: number;
  /** ISO times; empty = never. */
  readonly lastSuccess: string;
  readonly lastError: string;
  /** Launched and not known to have ended. */
  readonly tasks: readonly JobTask[];
}

const EPSILON_MS = 60_000;

/** A sentence when it cannot be used. Counts and tasks of `known`, the same job before, are kept. */
export function readJob(value: Json, now: number, known: Job | null = null): Job | string {
  if (!isObject(value)) return "a job is a JSON object";
  const { name, command, schedule } = value;
  if (typeof name !== "string" || !/^[\w.-]+$/.test(name))
    return "a job needs a name of letters, digits, '.', '_' and '-'";
  if (typeof command !== "string" || command === "") return `the job '${name}' needs a command`;
  const parsed =
    typeof schedule === "string" ? parseSchedule(schedule, now) : `the job '${name}' needs a schedule`;
  if (typeof parsed === "string") return parsed;
  const amounts = { cpus: 0.1, mem: 128, disk: 0, retries: 2, epsilonMs: EPSILON_MS };
  for (const key of Object.keys(amounts) as (keyof typeof amounts)[]) {
    const given = value[key];
    if (given === undefined) continue;
    if (typeof given !== "number" || given < 0)
      return `${key} of the job '${name}' must be a number of 0 or more`;
    amounts[key] = given;
  }
  return {
    name,
    command,
    schedule: parsed,
    ...amounts,
    disabled: value["disabled"] === true,
    successCount: known?.successCount ?? 0,
    errorCount: known?.errorCount ?? 0,
    errorsSinceLastSuccess: known?.errorsSinceLastSuccess ?? 0,
    lastSuccess: known?.lastSuccess ?? "",
    lastError: known?.lastError ?? "",
    tasks: known?.tasks ?? [],
  };
}

/** The jobs of a JSON list, as a flag has them. A sentence when one of them cannot be used. */
export function readJobs(text: string, now: number): readonly Job[] | string {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return "the list of jobs is not JSON";
  }
  if (!Array.isArray(value)) return "the jobs are no list";
  const jobs: Job[] = [];
  for (const item of value as readonly Json[]) {
    const job = readJob(item, now);
    if (typeof job === "string") return job;
    jobs.push(job);
  }
  return jobs;
}

/** As the API shows it and the store keeps it. */
export function jobJson(job: Job): JsonObject {
  return { ...job, schedule: scheduleText(job.schedule), tasks: job.tasks.map((task) => ({ ...task })) };
}

/** As jobJson has written it. A sentence for what it has not. */
export function storedJob(value: Json): Job | string {
  const job = readJob(value, 0);
  if (typeof job === "string" || !isObject(value)) return job;
  const count = (name: string) => (typeof value[name] === "number" ? value[name] : 0);
  const text = (name: string) => (typeof value[name] === "string" ? value[name] : "");
  const tasks = Array.isArray(value["tasks"]) ? (value["tasks"] as readonly Json[]).filter(isObject) : [];
  return {
    ...job,
    successCount: count("successCount"),
    errorCount: count("errorCount"),
    errorsSinceLastSuccess: count("errorsSinceLastSuccess"),
    lastSuccess: text("lastSuccess"),
    lastError: text("lastError"),
    tasks: tasks.map(({ id, agentId, attempt }) => ({
      id: String(id),
      agentId: String(agentId),
      attempt: typeof attempt === "number" ? attempt : 0,
    })),
  };
}
