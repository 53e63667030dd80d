/**
 * Who may do what: the local authorizer's ACLs. Text in, yes or no out; the file is read by main.ts.
 */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";

/** A set of principals or of objects in an ACL. */
interface Entity {
  readonly type: "SOME" | "ANY" | "NONE";
  readonly values: ReadonlySet<string>;
}

interface Entry {
  readonly principals: Entity;
  readonly objects: Entity;
}

/** The name of the objects' field of each action. */
const OBJECTS: Readonly<Record<string, string>> = {
  register_frameworks: "roles",
  register_agents: "agents",
  run_tasks: "users",
  teardown_frameworks: "framework_principals",
  reserve_resources: "roles",
  unreserve_resources: "reserver_principals",
  create_volumes: "roles",
  destroy_volumes: "creator_principals",
  resize_volumes: "roles",
  get_quotas: "roles",
  update_quotas: "roles",
  update_weights: "roles",
  view_roles: "roles",
  view_frameworks: "users",
  view_tasks: "users",
  view_executors: "users",
  view_flags: "flags",
  get_endpoints: "paths",
  access_sandboxes: "users",
  access_mesos_logs: "logs",
  set_log_level: "level",
  update_maintenance_schedules: "machines",
  get_maintenance_schedules: "machines",
  start_maintenances: "machines",
  stop_maintenances: "machines",
  get_maintenance_statuses: "machines",
  mark_agents_gone: "agents",
  drain_agents: "agents",
  deactivate_agents: "agents",
  reactivate_agents: "agents",
};

export type Action = keyof typeof OBJECTS & string;

/** Paths that get_endpoints may name. */
const ENDPOINTS = new Set([
  "/containers",
  "/files/debug",
  "/files/debug.json",
  "/logging/toggle",
  "/metrics/snapshot",
  "/monitor/statistics",
  "/monitor/statistics.json",
]);

export class Acls {
  private constructor(
    private readonly permissive: boolean,
    private readonly entries: ReadonlyMap<string, readonly Entry[]>,
  ) {}

  /** Everybody may do everything. */
  static readonly none = new Acls(true, new Map());

  /** A sentence, in Mesos' words where they are known, when the JSON cannot be used. */
  static read(text: string): Acls | string {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      return `Failed to parse ACLs: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (!isObject(value)) return "Failed to parse ACLs: Expecting a JSON object";
    const entries = new Map<string, readonly Entry[]>();
    for (const [action, list] of Object.entries(value)) {
      const objects = OBJECTS[action];
      if (objects === undefined || !Array.isArray(list)) continue;
      entries.set(
        action,
        (list as readonly JsonObject[]).map((entry) => ({
          principals: entity(entry["principals"]),
          objects: entity(entry[objects]),
        })),
      );
    }
    const path = [...(entries.get("get_endpoints") ?? [])]
      .flatMap(({ objects }) => [...objects.values])
      .find((each) => !ENDPOINTS.has(each));
    if (path !== undefined) return `Path: '${path}' is not an authorizable path`;
    return new Acls(value["permissive"] !== false, entries);
  }

  /** @param objects what it is done to; none = to any. @param principal null = nobody was asked who it is */
  allows(principal: string | null, action: Action, objects: readonly string[] = []): boolean {
    for (const entry of this.entries.get(action) ?? []) {
      const wanted = principal === null ? [] : [principal];
      if (!matches(wanted, entry.principals) || !matches(objects, entry.objects)) continue;
      return permits(wanted, entry.principals) && permits(objects, entry.objects);
    }
    return this.permissive;
  }
}

function entity(value: Json | undefined): Entity {
  const object = isObject(value) ? value : {};
  const { type, values } = object;
  if (type === "ANY" || type === "NONE") return { type, values: new Set() };
  return { type: "SOME", values: new Set(Array.isArray(values) ? values.map(String) : []) };
}

/** Whether the entry speaks of these at all. */
function matches(asked: readonly string[], { type, values }: Entity): boolean {
  if (type !== "SOME") return true;
  return asked.length > 0 && asked.every((each) => values.has(each));
}

function permits(asked: readonly string[], { type, values }: Entity): boolean {
  if (type === "NONE") return false;
  return type === "ANY" || asked.every((each) => values.has(each));
}
