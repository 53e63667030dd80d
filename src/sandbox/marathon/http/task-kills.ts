/** Killing tasks, of one app or by their ids, with and without shrinking the apps (facts 1.3, 1.4). */
import type { JsonObject } from "../../../value/json.js";
import { notFound, plainRefusal } from "../definition/refusal.js";
import { instancesOf, withInstances } from "../definition/run-spec.js";
import { listOf, readRecord, record, required, text } from "../definition/shape.js";
import type { DeploymentPlan } from "../deployment/plan.js";
import { type Instance, instanceIdOf } from "../instance/instance.js";
import { taskShown, tasksOf } from "../view/app-view.js";
import { appAt } from "./app-reads.js";
import type { ApiContext } from "./context.js";
import { type Answer, deploymentResult, type HttpRequest, isSet, json, readBody } from "./message.js";

interface KillOptions {
  readonly scale: boolean;
  readonly wipe: boolean;
  readonly force: boolean;
}

/** Throws a Refusal (400) for what excludes each other. */
function optionsOf(request: HttpRequest): KillOptions {
  const options = {
    scale: isSet(request, "scale"),
    wipe: isSet(request, "wipe"),
    force: isSet(request, "force"),
  };
  if (options.scale && options.wipe)
    throw plainRefusal(400, "You cannot use scale and wipe at the same time.");
  return options;
}

export async function killAppTasks(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const options = optionsOf(request);
  const spec = appAt(context, path);
  const host = request.query.get("host") ?? "*";
  const instances = launched(context.engine.tracker.of(spec.id)).filter(
    ({ agent }) => host === "*" || agent?.host === host,
  );
  if (options.scale) return deploymentResult(await killAndShrink(context, instances, options.force));
  const tasks = tasksOf(context.engine, instances);
  context.engine.kill(instances, options.wipe);
  return json({ tasks });
}

export async function killAppTask(
  path: string,
  taskId: string,
  request: HttpRequest,
  context: ApiContext,
): Promise<Answer> {
  const options = optionsOf(request);
  const spec = appAt(context, path);
  const id = instanceIdOf(taskId);
  const instance = id === null ? null : context.engine.tracker.get(id);
  if (instance === null || instance.specId !== spec.id || launched([instance]).length === 0) {
    throw notFound(`Task '${taskId}' does not exist`);
  }
  if (options.scale) return deploymentResult(await killAndShrink(context, [instance], options.force));
  const task = taskShown(context.engine, instance);
  context.engine.kill([instance], options.wipe);
  return json({ task });
}

const IDS = record({ ids: required(listOf(text())) });

/** Well-formed ids of tasks that are not there are skipped. */
export async function killTasks(request: HttpRequest, context: ApiContext): Promise<Answer> {
  const options = optionsOf(request);
  const ids = readRecord(IDS, readBody(request))["ids"] as readonly string[];
  const instances = new Map<string, Instance>();
  for (const taskId of ids) {
    const id = instanceIdOf(taskId);
    if (id === null) throw plainRefusal(400, `Invalid task id '${taskId}'.`);
    const instance = context.engine.tracker.get(id);
    if (instance !== null && launched([instance]).length > 0) instances.set(id, instance);
  }
  const found = [...instances.values()];
  if (options.scale) return deploymentResult(await killAndShrink(context, found, options.force));
  const tasks = tasksOf(context.engine, found);
  context.engine.kill(found, options.wipe);
  return json({ tasks });
}

function launched(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ condition, goal }) => condition !== "Scheduled" && goal === "Running");
}

function killAndShrink(
  { engine }: ApiContext,
  instances: readonly Instance[],
  force: boolean,
): Promise<DeploymentPlan> {
  const sentenced = new Map<string, string[]>();
  for (const { specId, id } of instances) sentenced.set(specId, [...(sentenced.get(specId) ?? []), id]);
  return engine.groups.write(
    (root) => {
      const specs = new Map(root.specs);
      for (const [id, victims] of sentenced) {
        const spec = specs.get(id);
        if (spec !== undefined)
          specs.set(id, withInstances(spec, Math.max(0, instancesOf(spec) - victims.length)));
      }
      return { ...root, specs };
    },
    { groupId: "/", force, sentenced },
  );
}

/** For pods: the instances of these ids, told of as they were. */
export function killInstances(
  { engine }: ApiContext,
  instances: readonly Instance[],
  show: (instance: Instance) => JsonObject,
  wipe: boolean,
): JsonObject[] {
  const shown = instances.map(show);
  engine.kill(instances, wipe);
  return shown;
}
