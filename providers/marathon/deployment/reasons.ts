/** Why a deployment does not move, in words, from what Marathon tells of its queue, tasks and actions. Pure. */
import type { App, Deployment, QueueItem } from "../../../src/marathon/answers.js";

/** Reasons of one app or pod, what holds it up first. */
export function queueReasons(id: string, queue: readonly QueueItem[]): string[] {
  return queue.filter((item) => item.id === id).map((item) => `${id}: ${queueReason(item)}`);
}

function queueReason(item: QueueItem): string {
  const waiting = item.count === 1 ? "1 instance waits" : `${item.count} instances wait`;
  if (!item.overdue) return `${waiting}, held back for ${item.timeLeftSeconds} s after failures`;
  const [first] = item.lastOffers;
  if (item.offers === 0 || first === undefined) return `${waiting} for offers, and none has come yet`;
  const declined = item.lastOffers
    .filter((entry) => entry.declined > 0)
    .map(({ reason, declined: count }) => `${count} for ${reason}`);
  const agents =
    first.processed === 1 ? "the last offer of 1 agent" : `the last offers of ${first.processed} agents`;
  if (declined.length === 0) return `${waiting} for offers; nothing was wrong with ${agents}`;
  return `${waiting} for offers; of ${agents} were declined ${declined.join(", ")}`;
}

/** What an app's tasks say. `since`: version of the definition whose failures count; all when it is null. */
export function taskReasons(app: App, since: string | null): string[] {
  const reasons: string[] = [];
  const { id, staged, unhealthy, lastTaskFailure: failure } = app;
  if (staged > 0) reasons.push(`${id}: ${staged === 1 ? "1 task is" : `${staged} tasks are`} being started`);
  if (unhealthy > 0) {
    reasons.push(`${id}: ${unhealthy === 1 ? "1 task is" : `${unhealthy} tasks are`} unhealthy`);
  }
  const unknown = app.hasHealthChecks ? app.running - app.healthy - unhealthy : 0;
  if (unknown > 0) reasons.push(`${id}: ${unknown} running without a result of a health check`);
  if (failure !== null && (since === null || failure.version >= since)) {
    const message = failure.message === "" ? "" : `: ${failure.message}`;
    reasons.push(
      `${id}: a task ended with ${failure.state} on ${failure.host} at ${failure.timestamp}${message}`,
    );
  }
  return reasons;
}

/** What of a deployment's present step is not ready. */
export function readinessReasons(deployment: Deployment): string[] {
  return deployment.current.flatMap(({ target, notReady }) =>
    notReady.map(({ taskId, status }) =>
      status === null
        ? `${target}: ${taskId} is not ready`
        : `${target}: ${taskId} is not ready, its readiness check answers ${status}`,
    ),
  );
}

/** `RestartApplication /shop/web, ScalePod /shop/batch`, step of steps. */
export function whatItDoes(deployment: Deployment): string {
  const actions = deployment.current.map(({ action, target }) => `${action} ${target}`);
  const doing = actions.length === 0 ? deployment.affected.join(", ") : actions.join(", ");
  return `${doing} (step ${deployment.step} of ${deployment.steps})`;
}
