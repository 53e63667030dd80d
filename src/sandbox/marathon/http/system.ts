/** Tasks, queue, deployments, leader and info: the resources that are neither apps, groups nor pods (facts 1.4, 1.5, 1.8). */
import { absoluteId } from "../definition/path-id.js";
import { notFound, plainRefusal } from "../definition/refusal.js";
import { revertPlan } from "../deployment/revert.js";
import { allTasks } from "../view/app-view.js";
import { queueShown } from "../view/queue-view.js";
import type { ApiContext, NodeInfo } from "./context.js";
import { type Answer, deploymentResult, empty, type HttpRequest, isSet, json } from "./message.js";

/** The release whose API is simulated. */
export const VERSION = "1.11.24";

export function listTasks(request: HttpRequest, { engine }: ApiContext): Answer {
  const wanted = [...request.query.getAll("status"), ...request.query.getAll("status[]")].map((one) =>
    one.toLowerCase(),
  );
  for (const status of wanted) {
    if (status !== "running" && status !== "staging") throw plainRefusal(400, `Unknown status '${status}'.`);
  }
  const tasks = allTasks(engine).filter(({ state }) => {
    const status = state === "TASK_RUNNING" ? "running" : "staging";
    return wanted.length === 0 || wanted.includes(status);
  });
  return json({ tasks });
}

export function showQueue(request: HttpRequest, { engine }: ApiContext): Answer {
  return json(queueShown(engine, request.query.getAll("embed").includes("lastUnusedOffers")));
}

export function resetDelay(path: string, { engine }: ApiContext): Answer {
  const id = absoluteId(path);
  const item = engine.launcher.items().find(({ spec }) => spec.id === id);
  if (item === undefined) throw notFound(`Application ${id} not found in tasks queue.`);
  engine.delays.reset(id);
  return empty(204);
}

/** A rollback, which is a new deployment; with force only a stop. */
export async function deleteDeployment(
  id: string,
  request: HttpRequest,
  { engine }: ApiContext,
): Promise<Answer> {
  const plan = engine.deployments.planOf(id);
  if (plan === null) throw notFound(`DeploymentPlan ${id} does not exist`);
  if (isSet(request, "force")) {
    engine.deployments.cancel(id);
    return empty(202);
  }
  const { definitions } = engine.settings;
  const reverting = await engine.groups.write((root) => revertPlan(plan, root, definitions), {
    groupId: "/",
    force: true,
  });
  return deploymentResult(reverting);
}

export function showLeader(leader: string | null): Answer {
  if (leader === null) throw notFound("There is no leader");
  return json({ leader });
}

export function deleteLeader(request: HttpRequest, { node }: ApiContext): Answer {
  for (const name of ["backup", "restore"]) {
    if (request.query.has(name)) throw plainRefusal(501, `This simulation of Marathon has no ${name}.`);
  }
  node.abdicate();
  return json({ message: "Leadership abdicated", details: [] });
}

export function showInfo({
  engine,
  node,
}: {
  readonly engine: ApiContext["engine"];
  readonly node: NodeInfo;
}): Answer {
  const { marathon_config, zookeeper_config, http_config } = node.config;
  const config = typeof marathon_config === "object" && marathon_config !== null ? marathon_config : {};
  return json({
    name: "marathon",
    version: VERSION,
    buildref: "unknown",
    elected: node.leader() === node.self,
    leader: node.leader(),
    frameworkId: engine.frameworkId,
    marathon_config: { ...config, mesos_leader_ui_url: engine.masterUrl },
    zookeeper_config: zookeeper_config ?? {},
    http_config: http_config ?? {},
  });
}
