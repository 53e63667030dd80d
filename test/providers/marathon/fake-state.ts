/**
 * The state of an imitated Marathon and how its deployments go on, one step for each tick. It imitates what the provider relies
 * on, by the facts, and nothing else; the words in an app's command decide how its tasks fare:
 * `no-offers` never starts any, `crash` fails each one, `sick` runs and stays unhealthy.
 */
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { serverView } from "../../marathon/server-view.js";

export interface FakeTask {
  readonly id: string;
  readonly version: string;
  running: boolean;
  healthy: boolean;
}

export interface FakeApp {
  /** As stored, with its id. */
  written: JsonObject;
  version: string;
  configVersion: string;
  instances: number;
  tasks: FakeTask[];
  failure: JsonObject | null;
  /** Chooses its service ports. */
  readonly seed: number;
  going: boolean;
}

export interface FakeDeployment {
  readonly id: string;
  readonly version: string;
  readonly apps: readonly string[];
  /** What was there before, for the way back; null for apps that were not. */
  readonly before: ReadonlyMap<string, JsonObject | null>;
}

export class FakeState {
  readonly apps = new Map<string, FakeApp>();
  readonly deployments: FakeDeployment[] = [];
  frameworkId = "f-1";
  /** Seconds of the next version. */
  serial = 0;

  /** Grows with each call. */
  nextVersion(): string {
    this.serial += 1;
    return new Date(Date.UTC(2021, 2, 4, 9, 0, this.serial)).toISOString();
  }

  holders(ids: readonly string[]): string[] {
    return this.deployments.filter(({ apps }) => apps.some((id) => ids.includes(id))).map(({ id }) => id);
  }

  /** Stores definitions (null: the app is to go) and starts their deployment. Nothing new finishes at once. */
  deploy(changes: ReadonlyMap<string, JsonObject | null>, force: boolean): FakeDeployment {
    const ids = [...changes.keys()];
    if (force) this.cancel(this.holders(ids));
    const version = this.nextVersion();
    const before = new Map(ids.map((id) => [id, this.definitionOf(id)] as const));
    for (const [id, written] of changes) this.store(id, written, version);
    const deployment = { id: `d-${this.serial}`, version, apps: ids, before };
    if (ids.length > 0) this.deployments.push(deployment);
    return deployment;
  }

  definitionOf(id: string): JsonObject | null {
    const app = this.apps.get(id);
    return app === undefined || app.going ? null : { ...app.written, instances: app.instances };
  }

  cancel(ids: readonly string[]): void {
    for (const id of ids) {
      const at = this.deployments.findIndex((deployment) => deployment.id === id);
      if (at >= 0) this.deployments.splice(at, 1);
    }
  }

  /** One step of every deployment. */
  tick(): void {
    for (const deployment of [...this.deployments]) {
      const done = deployment.apps.map((id) => this.advance(id)).every((one) => one);
      if (done) this.cancel([deployment.id]);
    }
  }

  private store(id: string, written: JsonObject | null, version: string): void {
    const app = this.apps.get(id);
    if (written === null) {
      if (app !== undefined) app.going = true;
      return;
    }
    const instances = typeof written["instances"] === "number" ? written["instances"] : 1;
    if (app === undefined) {
      const seed = 4 + this.apps.size;
      const fresh = {
        written,
        version,
        configVersion: version,
        instances,
        tasks: [],
        failure: null,
        seed,
        going: false,
      };
      this.apps.set(id, fresh);
      return;
    }
    const same = shapeOf(app.written) === shapeOf(written);
    if (same && app.instances === instances && !app.going) return;
    Object.assign(app, { written, version, instances, going: false });
    if (!same) app.configVersion = version;
  }

  /** Whether the app is as it is to be. */
  private advance(id: string): boolean {
    const app = this.apps.get(id);
    if (app === undefined) return true;
    if (app.going) {
      app.tasks.pop();
      if (app.tasks.length === 0) this.apps.delete(id);
      return !this.apps.has(id);
    }
    const fresh = app.tasks.filter((task) => task.version >= app.configVersion);
    const good = fresh.filter((task) => task.running && (task.healthy || !hasChecks(app.written)));
    const old = app.tasks.filter((task) => task.version < app.configVersion);
    for (const task of fresh) this.mature(app, task);
    if (fresh.length < app.instances) this.launch(app);
    else if (fresh.length > app.instances) app.tasks.splice(app.tasks.indexOf(fresh[0] as FakeTask), 1);
    if (old.length > 0 && good.length > 0) app.tasks = app.tasks.filter((task) => task !== old[0]);
    return good.length === app.instances && fresh.length === app.instances && old.length === 0;
  }

  private mature(app: FakeApp, task: FakeTask): void {
    task.running = true;
    task.healthy = hasChecks(app.written) && !fares(app, "sick");
  }

  private launch(app: FakeApp): void {
    if (fares(app, "no-offers")) return;
    this.serial += 1;
    const id = `${String(app.written["id"]).slice(1).replaceAll("/", "_")}.instance-${this.serial}._app.1`;
    if (fares(app, "crash")) {
      app.failure = {
        appId: app.written["id"] ?? "",
        taskId: id,
        state: "TASK_FAILED",
        message: "Command exited with status 1",
        host: "agent-1",
        timestamp: app.version,
        version: app.version,
      };
      return;
    }
    app.tasks.push({ id, version: app.version, running: false, healthy: false });
  }
}

function shapeOf({ instances: _instances, ...rest }: JsonObject): string {
  return JSON.stringify(rest, Object.keys(flatten(rest)).sort());
}

/** Every key at any depth, which is what JSON.stringify wants as a filter that also sorts. */
function flatten(value: Json): Record<string, true> {
  if (Array.isArray(value)) return Object.assign({}, ...(value as readonly Json[]).map(flatten));
  if (!isObject(value)) return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => ({ [key]: true, ...flatten(item) })),
  );
}

function fares(app: FakeApp, word: string): boolean {
  return String(app.written["cmd"] ?? "").includes(word);
}

function hasChecks(written: JsonObject): boolean {
  return Array.isArray(written["healthChecks"]) && written["healthChecks"].length > 0;
}

/** As GET answers it. */
export function shownApp(app: FakeApp, deployments: readonly FakeDeployment[]): JsonObject {
  const id = String(app.written["id"]);
  const running = app.tasks.filter((task) => task.running);
  const checked = hasChecks(app.written);
  const healthy = checked ? running.filter((task) => task.healthy).length : 0;
  return {
    ...serverView({ ...app.written, instances: app.instances }, app.seed),
    ...(app.written["executorResources"] === undefined
      ? {}
      : { executorResources: app.written["executorResources"] }),
    version: app.version,
    versionInfo: { lastScalingAt: app.version, lastConfigChangeAt: app.configVersion },
    tasksStaged: app.tasks.length - running.length,
    tasksRunning: running.length,
    tasksHealthy: healthy,
    tasksUnhealthy: checked ? running.length - healthy : 0,
    deployments: deployments
      .filter(({ apps }) => apps.includes(id))
      .map((deployment) => ({ id: deployment.id })),
    tasks: app.tasks.map((task) => ({
      id: task.id,
      appId: id,
      host: "agent-1",
      slaveId: "S1",
      state: task.running ? "TASK_RUNNING" : "TASK_STAGING",
      version: task.version,
      healthCheckResults: checked && task.running ? [{ alive: task.healthy, instanceId: task.id }] : [],
    })),
    ...(app.failure === null ? {} : { lastTaskFailure: app.failure }),
  };
}
