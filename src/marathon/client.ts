/**
 * The calls of Marathon's API v2 that ferry makes, typed. It decides nothing: what is written is the caller's, and when a
 * deployment ends is for whoever follows it. Every method rejects with MarathonError, or with the reason of `signal`.
 */

import { type Call, nameOf } from "../http/exchange.js";
import { Shape, ShapeError } from "../http/shape.js";
import type { Json, JsonObject } from "../value/json.js";
import {
  type App,
  appOf,
  type Deployment,
  deploymentOf,
  type Info,
  infoOf,
  listOf,
  type PlannedStep,
  type PodStatus,
  plannedStepsOf,
  podStatusOf,
  type QueueItem,
  queueItemOf,
  type Started,
  startedOf,
  type Task,
  taskOf,
} from "./answers.js";
import { type Clock, type MarathonConnection, REAL_CLOCK } from "./connection.js";
import { type EventOptions, type EventSignal, followEvents } from "./events.js";
import { urlPath } from "./ids.js";
import { isMarathonError, MarathonError } from "./marathon-error.js";
import { type LeaderSeen, type Reply, Transport } from "./transport.js";

export interface WriteOptions {
  /** Cancels the deployments that hold what is written; what they began stays mixed until this one is through. */
  readonly force?: boolean;
}

export interface KillOptions extends WriteOptions {
  /** The number of instances goes down by what is killed. */
  readonly scale?: boolean;
  /** Reservations and volumes go too. Not with `scale`. */
  readonly wipe?: boolean;
}

export class MarathonClient {
  private readonly transport: Transport;

  constructor(
    connection: MarathonConnection,
    private readonly clock: Clock = REAL_CLOCK,
  ) {
    this.transport = new Transport(connection, clock);
  }

  /** Who led at the last answer; null before the first. */
  get leaderSeen(): LeaderSeen | null {
    return this.transport.leader;
  }

  /** Apps whose id contains a text ("" for all), with counts and last failures, without tasks. */
  apps(idContains: string, signal: AbortSignal): Promise<App[]> {
    const filter = idContains === "" ? "" : `&id=${encodeURIComponent(idContains)}`;
    const path = `/v2/apps?embed=apps.lastTaskFailure${filter}`;
    return this.read({ method: "GET", path }, signal, (value) => listOf(value, appOf, "apps"));
  }

  /** One app with counts, tasks, deployments and its last failure; null when there is none. */
  app(id: string, signal: AbortSignal): Promise<App | null> {
    return orNull(
      this.read({ method: "GET", path: `/v2/apps${urlPath(id)}` }, signal, (value) =>
        appOf(Shape.of(value).object("app")),
      ),
    );
  }

  /** The answer comes before service ports are given out: read the app again for them. */
  async createApp(definition: JsonObject, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    const call: Call = { method: "POST", path: `/v2/apps${query(options)}`, body: definition };
    const { value, reply } = await this.transport.json(call, signal);
    const app = shaped(call, reply, () => appOf(Shape.of(value)));
    const deploymentId = reply.headers["marathon-deployment-id"] ?? app.deployments[0];
    if (deploymentId === undefined) throw withoutDeployment(call, reply);
    return { deploymentId, version: app.version };
  }

  /** Puts the whole definition in the place of the old one. Marathon loses `executorResources` on this way. */
  replaceApp(
    id: string,
    definition: JsonObject,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<Started> {
    const path = `/v2/apps${urlPath(id)}${query({ ...options, partialUpdate: false })}`;
    return this.started({ method: "PUT", path, body: definition }, signal);
  }

  /**
   * Changes the given fields of an app that exists. `executorResources` and `resourceLimits` are cleared when they are not
   * among them.
   */
  patchApp(id: string, fields: JsonObject, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.started(
      { method: "PATCH", path: `/v2/apps${urlPath(id)}${query(options)}`, body: fields },
      signal,
    );
  }

  /** `force` is said always: Marathon's own default for this call is true. */
  deleteApp(id: string, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    const path = `/v2/apps${urlPath(id)}?force=${options.force === true}`;
    return this.started({ method: "DELETE", path }, signal);
  }

  restartApp(id: string, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.started({ method: "POST", path: `/v2/apps${urlPath(id)}/restart${query(options)}` }, signal);
  }

  tasks(signal: AbortSignal): Promise<Task[]> {
    return this.read({ method: "GET", path: "/v2/tasks" }, signal, (value) => listOf(value, taskOf, "tasks"));
  }

  /** The tasks that were known and are killed; with `scale` the deployment that does it. */
  async killTasks(
    ids: readonly string[],
    options: KillOptions,
    signal: AbortSignal,
  ): Promise<readonly Task[] | Started> {
    const call: Call = {
      method: "POST",
      path: `/v2/tasks/delete${query({ ...options })}`,
      body: { ids: [...ids] },
    };
    return this.read<readonly Task[] | Started>(call, signal, (value) =>
      options.scale === true ? startedOf(Shape.of(value)) : listOf(value, taskOf, "tasks"),
    );
  }

  /** A group with all apps, groups and dependencies below it, as answered; null when there is none. */
  group(id: string, signal: AbortSignal): Promise<JsonObject | null> {
    return orNull(
      this.read(
        { method: "GET", path: `/v2/groups${urlPath(id)}` },
        signal,
        (value) => Shape.of(value).value,
      ),
    );
  }

  putGroup(id: string, group: JsonObject, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.started(
      { method: "PUT", path: `/v2/groups${urlPath(id)}${query(options)}`, body: group },
      signal,
    );
  }

  /** What putGroup would do; nothing is stored. */
  dryRunGroup(id: string, group: JsonObject, signal: AbortSignal): Promise<PlannedStep[]> {
    const call: Call = { method: "PUT", path: `/v2/groups${urlPath(id)}?dryRun=true`, body: group };
    return this.read(call, signal, (value) => plannedStepsOf(Shape.of(value)));
  }

  /** With everything below it. */
  deleteGroup(id: string, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.started({ method: "DELETE", path: `/v2/groups${urlPath(id)}${query(options)}` }, signal);
  }

  /** Whether a top-level group gives its own role to what is in it. No deployment comes of it. */
  async enforceRole(id: string, enforce: boolean, signal: AbortSignal): Promise<void> {
    const call: Call = { method: "PATCH", path: `/v2/groups${urlPath(id)}`, body: { enforceRole: enforce } };
    await this.transport.send(call, signal);
  }

  /** The definition as answered; null when there is none. */
  pod(id: string, signal: AbortSignal): Promise<JsonObject | null> {
    const call: Call = { method: "GET", path: `/v2/pods${urlPath(id)}` };
    return orNull(this.read(call, signal, (value) => Shape.of(value).value));
  }

  podStatus(id: string, signal: AbortSignal): Promise<PodStatus | null> {
    const call: Call = { method: "GET", path: `/v2/pods${urlPath(id)}::status` };
    return orNull(this.read(call, signal, (value) => podStatusOf(Shape.of(value))));
  }

  /** Of all pods. */
  podStatuses(signal: AbortSignal): Promise<PodStatus[]> {
    const call: Call = { method: "GET", path: "/v2/pods/::status" };
    return this.read(call, signal, (value) => listOf(value, podStatusOf));
  }

  /** Ends one instance; another one is started in its place. False when there is none of that id. */
  async killPodInstance(id: string, instance: string, wipe: boolean, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/pods${urlPath(id)}::instances/${encodeURIComponent(instance)}?wipe=${wipe}`;
    return (await orNull(this.transport.send({ method: "DELETE", path }, signal))) !== null;
  }

  createPod(definition: JsonObject, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.startedByHeader(
      { method: "POST", path: `/v2/pods${query(options)}`, body: definition },
      signal,
    );
  }

  replacePod(
    id: string,
    definition: JsonObject,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<Started> {
    const path = `/v2/pods${urlPath(id)}${query(options)}`;
    return this.startedByHeader({ method: "PUT", path, body: definition }, signal);
  }

  deletePod(id: string, options: WriteOptions, signal: AbortSignal): Promise<Started> {
    return this.startedByHeader(
      { method: "DELETE", path: `/v2/pods${urlPath(id)}${query(options)}` },
      signal,
    );
  }

  /** Those that run. A forced one that still waits for those it cancels is not among them yet. */
  deployments(signal: AbortSignal): Promise<Deployment[]> {
    return this.read({ method: "GET", path: "/v2/deployments" }, signal, (value) =>
      listOf(value, deploymentOf),
    );
  }

  /** Starts the deployment that brings back what the given one changed. */
  rollBack(deploymentId: string, signal: AbortSignal): Promise<Started> {
    const path = `/v2/deployments/${encodeURIComponent(deploymentId)}`;
    return this.started({ method: "DELETE", path }, signal);
  }

  /** Only ends it: definitions stay at the new ones, and instances stay mixed. */
  async stopDeployment(deploymentId: string, signal: AbortSignal): Promise<void> {
    const path = `/v2/deployments/${encodeURIComponent(deploymentId)}?force=true`;
    await this.transport.send({ method: "DELETE", path }, signal);
  }

  queue(signal: AbortSignal): Promise<QueueItem[]> {
    return this.read({ method: "GET", path: "/v2/queue" }, signal, (value) =>
      listOf(value, queueItemOf, "queue"),
    );
  }

  /** Lets an app that is held back after failures start at once. False when nothing of it waits. */
  async resetDelay(id: string, signal: AbortSignal): Promise<boolean> {
    const call: Call = { method: "DELETE", path: `/v2/queue${urlPath(id)}/delay` };
    return (await orNull(this.transport.send(call, signal))) !== null;
  }

  info(signal: AbortSignal): Promise<Info> {
    return this.read({ method: "GET", path: "/v2/info" }, signal, (value) => infoOf(Shape.of(value)));
  }

  /** `host:port` as the leader advertises itself; null without one. */
  leader(signal: AbortSignal): Promise<string | null> {
    const call: Call = { method: "GET", path: "/v2/leader" };
    return orNull(this.read(call, signal, (value) => Shape.of(value).text("leader")));
  }

  /** The leader gives up and its process ends; something must start it again. */
  async abdicate(signal: AbortSignal): Promise<void> {
    await this.transport.send({ method: "DELETE", path: "/v2/leader" }, signal);
  }

  /** Events as they happen, over breaks of the connection. See events.ts. */
  events(options: EventOptions, signal: AbortSignal): AsyncGenerator<EventSignal> {
    return followEvents(this.transport, options, this.clock, signal);
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  private async read<T>(call: Call, signal: AbortSignal, decode: (value: Json) => T): Promise<T> {
    const { value, reply } = await this.transport.json(call, signal);
    return shaped(call, reply, () => decode(value));
  }

  private started(call: Call, signal: AbortSignal): Promise<Started> {
    return this.read(call, signal, (value) => startedOf(Shape.of(value)));
  }

  /** Of pods: the deployment stands in a header only. */
  private async startedByHeader(call: Call, signal: AbortSignal): Promise<Started> {
    const reply = await this.transport.send(call, signal);
    const deploymentId = reply.headers["marathon-deployment-id"];
    if (deploymentId === undefined) throw withoutDeployment(call, reply);
    return { deploymentId, version: null };
  }
}

function query(options: Readonly<Record<string, boolean | undefined>> | WriteOptions): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isMarathonError(error, "not-found")) return null;
    throw error;
  }
}

function shaped<T>(call: Call, reply: Reply, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new MarathonError("unexpected-answer", {
      request: nameOf(call),
      node: reply.node,
      status: reply.status,
      reason: error.message,
      mayHaveHappened: call.method !== "GET",
    });
  }
}

function withoutDeployment(call: Call, reply: Reply): MarathonError {
  return new MarathonError("unexpected-answer", {
    request: nameOf(call),
    node: reply.node,
    status: reply.status,
    reason: "the answer names no deployment",
    mayHaveHappened: true,
  });
}
