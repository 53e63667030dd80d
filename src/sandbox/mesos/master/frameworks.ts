/**
 * Frameworks come and go: subscription, a broken stream and the time they have to come back, removal. What they do with offers
 * and tasks is in offers.ts and tasks.ts.
 */
import type { JsonObject } from "../../../value/json.js";
import { isObject } from "../../../value/json.js";
import type { Framework, FrameworkStream } from "../model/records.js";
import { roleProblem } from "../model/role.js";
import type { WireObject } from "../model/wire.js";
import { double } from "../model/wire.js";
import type { Context } from "./context.js";
import type { Offers } from "./offers.js";
import type { Tasks } from "./tasks.js";
import { frameworkWire } from "./views-v1.js";
import { idWire, passed } from "./wire-parts.js";

/** Milliseconds; not a flag in Mesos. */
export const HEARTBEAT_MS = 15_000;

export class Frameworks {
  private nextId = 0;

  constructor(
    private readonly context: Context,
    private readonly tasks: Tasks,
    private readonly offers: Offers,
  ) {}

  /**
   * A framework's SUBSCRIBE. A mistake found here ends the stream after an ERROR event, as Mesos does: the answer was 200
   * already.
   */
  subscribe(
    info: JsonObject,
    id: string | null,
    suppressed: readonly string[],
    stream: FrameworkStream,
  ): Framework | null {
    const { cluster, counters } = this.context;
    const again = id !== null && id !== "";
    counters.up(again ? "master/messages_reregister_framework" : "master/messages_register_framework");
    const problem = this.problemOf(info, again ? id : null);
    if (problem !== null) {
      stream.send({ type: "ERROR", error: { message: problem } });
      stream.close();
      return null;
    }
    const known = again ? cluster.frameworks.get(id) : undefined;
    const framework = known ?? this.create(again ? id : this.newId(), info);
    if (known !== undefined) this.takeOver(known, info);
    this.activate(framework, stream, again);
    for (const role of suppressed) framework.suppressed.add(role);
    this.context.publish(
      known === undefined
        ? { type: "FRAMEWORK_ADDED", framework_added: { framework: frameworkWire(framework) } }
        : { type: "FRAMEWORK_UPDATED", framework_updated: { framework: frameworkWire(framework) } },
    );
    this.offers.soon();
    return framework;
  }

  private problemOf(info: JsonObject, id: string | null): string | null {
    const given = isObject(info["id"]) ? info["id"]["value"] : undefined;
    if (id !== null && given !== id) return "'FrameworkInfo.id' does not match 'framework_id'";
    const { roles } = rolesOf(info);
    const multi = capabilitiesOf(info).has("MULTI_ROLE");
    if (multi && info["role"] !== undefined)
      return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
    if (!multi && Array.isArray(info["roles"]) && info["roles"].length > 0) {
      return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
    }
    const duplicate = roles.find((role, at) => roles.indexOf(role) < at);
    if (duplicate !== undefined) return `'FrameworkInfo.roles' contains duplicate items: ${duplicate}`;
    for (const role of roles) {
      const problem = roleProblem(role);
      if (problem !== null)
        return `'FrameworkInfo.${multi ? "roles" : "role"}' contains invalid role: ${problem}`;
    }
    if (id !== null && this.context.cluster.completedFrameworks.has(id)) return "Framework has been removed";
    return null;
  }

  private newId(): string {
    return `${this.context.self.id}-${String(this.nextId++).padStart(4, "0")}`;
  }

  /** One that is known already: its old stream is ended. */
  private takeOver(framework: Framework, info: JsonObject): void {
    const old = framework.stream;
    if (old !== null) {
      framework.stream = null;
      old.send({ type: "ERROR", error: { message: "Framework failed over" } });
      old.close();
    }
    this.offers.rescindFramework(framework);
    this.update(framework, info);
  }

  private activate(framework: Framework, stream: FrameworkStream, again: boolean): void {
    const { clock, counters, notify, self } = this.context;
    framework.cancelFailover?.();
    framework.cancelFailover = null;
    framework.stream = stream;
    framework.connected = true;
    framework.active = true;
    framework.recovered = false;
    framework.suppressed.clear();
    const now = clock.now();
    if (framework.registeredTime === 0) framework.registeredTime = now;
    // Mesos reads the clock once more for a framework that comes back, so the two times differ a little.
    framework.reregisteredTime = again ? clock.now() + 1e-6 : framework.registeredTime;
    counters.upOf(framework, "calls");
    counters.upOf(framework, "calls/subscribe");
    notify(framework, {
      type: "SUBSCRIBED",
      subscribed: {
        framework_id: idWire(framework.id),
        heartbeat_interval_seconds: double(HEARTBEAT_MS / 1000),
        master_info: masterInfoWire(self as unknown as JsonObject),
      },
    });
    this.heartbeat(framework, stream);
  }

  private heartbeat(framework: Framework, stream: FrameworkStream): void {
    if (framework.stream !== stream) return;
    this.context.notify(framework, { type: "HEARTBEAT" });
    this.context.clock.after(HEARTBEAT_MS, () => this.heartbeat(framework, stream));
  }

  private create(id: string, info: JsonObject): Framework {
    const framework: Framework = {
      id,
      info,
      name: "",
      user: "",
      principal: null,
      roles: [],
      capabilities: new Set(),
      checkpoint: false,
      failoverTimeout: 0,
      active: false,
      connected: false,
      recovered: false,
      registeredTime: 0,
      reregisteredTime: 0,
      unregisteredTime: 0,
      suppressed: new Set(),
      stream: null,
      cancelFailover: null,
      tasks: new Map(),
      unreachableTasks: new Map(),
      completedTasks: new Map(),
      executors: new Map(),
      offers: new Set(),
      inverseOffers: new Set(),
      allocated: new Map(),
      counters: new Map(),
    };
    this.update(framework, info);
    this.context.cluster.frameworks.set(id, framework);
    return framework;
  }

  /** UPDATE_FRAMEWORK, or a subscription with other values. Returns what is wrong with them. */
  change(framework: Framework, info: JsonObject, suppressed: readonly string[]): string | null {
    const problem = this.problemOf(info, framework.id);
    if (problem !== null) return problem;
    this.update(framework, info);
    framework.suppressed.clear();
    for (const role of suppressed) framework.suppressed.add(role);
    this.context.publish({
      type: "FRAMEWORK_UPDATED",
      framework_updated: { framework: frameworkWire(framework) },
    });
    this.offers.soon();
    return null;
  }

  private update(framework: Framework, info: JsonObject): void {
    framework.info = info;
    framework.name = String(info["name"] ?? "");
    framework.user = String(info["user"] ?? "");
    framework.principal = typeof info["principal"] === "string" ? info["principal"] : null;
    framework.roles = rolesOf(info).roles;
    framework.capabilities = capabilitiesOf(info);
    framework.checkpoint = info["checkpoint"] === true;
    framework.failoverTimeout = typeof info["failover_timeout"] === "number" ? info["failover_timeout"] : 0;
  }

  /** One that an agent has tasks of. Null: it was removed, its tasks there must end. */
  reported(id: string, info: JsonObject): Framework | null {
    const { cluster } = this.context;
    if (cluster.completedFrameworks.has(id)) return null;
    const known = cluster.frameworks.get(id);
    if (known !== undefined) return known;
    const framework = this.create(id, info);
    framework.recovered = true;
    this.startFailover(framework);
    this.context.publish({
      type: "FRAMEWORK_ADDED",
      framework_added: { framework: frameworkWire(framework) },
    });
    return framework;
  }

  /** Its stream ended. */
  disconnected(framework: Framework, stream: FrameworkStream): void {
    if (framework.stream !== stream) return;
    const { log } = this.context;
    log("I", "master.cpp", `Framework ${framework.id} (${framework.name}) disconnected`);
    framework.stream = null;
    framework.connected = false;
    framework.active = false;
    this.offers.rescindFramework(framework);
    this.context.filters.revive(framework.id, null);
    this.startFailover(framework);
    this.context.publish({
      type: "FRAMEWORK_UPDATED",
      framework_updated: { framework: frameworkWire(framework) },
    });
  }

  private startFailover(framework: Framework): void {
    const { clock, log } = this.context;
    // setTimeout cannot wait longer than 24.8 days; nobody waits for that here.
    const ms = Math.min(framework.failoverTimeout * 1000, 2 ** 31 - 1);
    framework.cancelFailover?.();
    framework.cancelFailover = clock.after(ms, () => {
      log(
        "I",
        "master.cpp",
        `Framework failover timeout, removing framework ${framework.id} (${framework.name})`,
      );
      this.remove(framework);
    });
  }

  /** Its tasks are killed; it may never come back under that id. */
  remove(framework: Framework): void {
    const { clock, cluster, flags, log, publish, tell } = this.context;
    if (cluster.frameworks.get(framework.id) !== framework) return;
    log("I", "master.cpp", `Removing framework ${framework.id} (${framework.name})`);
    framework.cancelFailover?.();
    const { stream } = framework;
    framework.stream = null;
    framework.active = false;
    framework.connected = false;
    this.offers.rescindFramework(framework);
    for (const agent of cluster.agents.values())
      tell(agent, { kind: "shutdown-framework", frameworkId: framework.id });
    for (const task of [...framework.tasks.values()]) {
      this.tasks.lose(task, "TASK_KILLED", "REASON_FRAMEWORK_REMOVED", `Framework ${framework.id} removed`);
    }
    for (const executor of [...framework.executors.values()]) cluster.removeExecutor(executor);
    framework.unregisteredTime = clock.now();
    cluster.frameworks.delete(framework.id);
    this.context.filters.revive(framework.id, null);
    cluster.completedFrameworks.set(framework.id, framework);
    for (const id of cluster.completedFrameworks.keys()) {
      if (cluster.completedFrameworks.size <= flags.number("max_completed_frameworks")) break;
      cluster.completedFrameworks.delete(id);
    }
    publish({
      type: "FRAMEWORK_REMOVED",
      framework_removed: { framework_info: frameworkWire(framework)["framework_info"] ?? {} },
    });
    stream?.close();
  }
}

/** In the order in which v1 shows them, which is not that of the znode. */
export function masterInfoWire(info: JsonObject): WireObject {
  const { id, ip, port, pid, hostname, version, address, capabilities, domain } = info;
  const known = { id, ip, port, pid, hostname, version, address, capabilities };
  return { ...(passed(known) as WireObject), ...(domain === undefined ? {} : { domain: passed(domain) }) };
}

function rolesOf(info: JsonObject): { roles: string[] } {
  const { role, roles } = info;
  if (Array.isArray(roles) && roles.length > 0) return { roles: roles.map(String) };
  if (capabilitiesOf(info).has("MULTI_ROLE")) return { roles: [] };
  return { roles: [typeof role === "string" && role !== "" ? role : "*"] };
}

function capabilitiesOf(info: JsonObject): Set<string> {
  const { capabilities } = info;
  if (!Array.isArray(capabilities)) return new Set();
  return new Set(
    capabilities.flatMap((each) =>
      isObject(each) && typeof each["type"] === "string" ? [each["type"]] : [],
    ),
  );
}
