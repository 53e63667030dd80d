/**
 * Creates, changes and deletes an app by deployments that are followed to their end. Every write looks first whether the app
 * still is what the plan was made on.
 */
import type { App, Started } from "../../../src/marathon/answers.js";
import type { WriteOptions } from "../../../src/marathon/client.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import type { JsonObject } from "../../../src/value/json.js";
import { deploy } from "../deployment/deploy.js";
import type { Write } from "../deployment/start.js";
import type { Work } from "../deployment/work.js";
import { goneWorkload, runningApp } from "../deployment/workload.js";
import { refusal } from "../failures.js";
import { type Comparing, liveApp, sameApp } from "./live.js";
import { refuseFixed } from "./resident.js";

export interface AppChange {
  readonly id: string;
  /** Canonical definitions; `before` as planned on, null for one that is to be made. */
  readonly before: JsonObject | null;
  readonly after: JsonObject;
  readonly scaledElsewhere: boolean;
}

export async function createApp(change: AppChange, work: Work): Promise<void> {
  const { id, after } = change;
  const write: Write = {
    ids: [id],
    send: (options) => post(change, options, work),
    wasDone: () => isStored(change, work),
  };
  work.report({ message: `create ${id}` });
  await deploy(write, runningApp(work.client, id, change), work);
  await keepExecutorResources(id, after, work, false);
}

async function post({ id, after }: AppChange, options: WriteOptions, work: Work): Promise<Started> {
  try {
    return await work.client.createApp(after, options, work.signal);
  } catch (error) {
    if (!isMarathonError(error, "exists")) throw error;
    throw refusal("exists-unmanaged", work.address, `${id} exists already, and the state does not know it`, {
      detail: "Somebody made it since the plan. It is untouched.",
      remedy: `Import it with \`ferry import ${work.address} ${id}\`, or declare another id.`,
    });
  }
}

/** Puts the new definition in the place of the old one. */
export async function replaceApp(change: AppChange, work: Work): Promise<void> {
  const { id, before, after } = change;
  if (before !== null) refuseFixed(work.address, before, after);
  const write: Write = {
    ids: [id],
    send: (options) => put(change, options, work),
    wasDone: () => isStored(change, work),
  };
  work.report({ message: `update ${id}` });
  await deploy(write, runningApp(work.client, id, change), work);
  await keepExecutorResources(id, after, work, true);
}

async function put(change: AppChange, options: WriteOptions, work: Work): Promise<Started | null> {
  const { id, after, before, scaledElsewhere } = change;
  const app = await presentApp(id, work);
  const live = liveApp(app.definition, comparing(change));
  if (before !== null && !sameApp(live, before, scaledElsewhere)) {
    // An earlier try may have got this far.
    if (sameApp(live, after, scaledElsewhere)) return null;
    throw changedMeanwhile(id, work);
  }
  const instances = scaledElsewhere ? { instances: app.instances } : {};
  return work.client.replaceApp(id, { ...after, ...instances }, options, work.signal);
}

function comparing({ after, scaledElsewhere }: AppChange): Comparing {
  return { wanted: after, scaledElsewhere };
}

async function isStored(change: AppChange, { client, signal }: Work): Promise<boolean> {
  const app = await client.app(change.id, signal);
  return (
    app !== null && sameApp(liveApp(app.definition, comparing(change)), change.after, change.scaledElsewhere)
  );
}

export async function presentApp(id: string, { client, signal, address }: Work): Promise<App> {
  const app = await client.app(id, signal);
  if (app !== null) return app;
  throw refusal("changed-meanwhile", address, `${id} is not there any more`, {
    detail: "Somebody deleted it since the plan. Nothing was touched.",
    remedy: "Run `ferry plan` to see what there is now, then apply again.",
  });
}

function changedMeanwhile(id: string, { address }: Work): Error {
  return refusal("changed-meanwhile", address, `${id} was changed by somebody else since the plan`, {
    detail: "Their change was not overwritten. Nothing was touched.",
    remedy: "Run `ferry plan` to see what it holds now, then apply again.",
  });
}

/**
 * A full replacement loses them, and a change of fields alone keeps them. `resourceLimits` must come along: that call clears
 * what it does not name of the two.
 */
async function keepExecutorResources(
  id: string,
  after: JsonObject,
  work: Work,
  replaced: boolean,
): Promise<void> {
  const { executorResources, resourceLimits } = after;
  if (executorResources === undefined || !replaced) return;
  const fields: JsonObject = {
    executorResources,
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  };
  const write: Write = {
    ids: [id],
    send: (options) => work.client.patchApp(id, fields, options, work.signal),
    wasDone: async () => (await presentApp(id, work)).definition["executorResources"] !== undefined,
  };
  work.report({ message: `set executorResources of ${id}` });
  await deploy(write, runningApp(work.client, id, { scaledElsewhere: false }), work);
}

/** Only the number of instances; nothing is restarted. */
export async function scaleApp(id: string, instances: number, work: Work): Promise<void> {
  const write: Write = {
    ids: [id],
    send: async (options) => {
      const { executorResources, resourceLimits } = (await presentApp(id, work)).definition;
      const kept: JsonObject = {
        ...(executorResources === undefined ? {} : { executorResources }),
        ...(resourceLimits === undefined ? {} : { resourceLimits }),
      };
      return work.client.patchApp(id, { instances, ...kept }, options, work.signal);
    },
    wasDone: async () => (await presentApp(id, work)).instances === instances,
  };
  work.report({ message: `scale ${id} to ${instances}` });
  await deploy(write, runningApp(work.client, id, { scaledElsewhere: false }), work);
}

/** No error when it is gone already. */
export async function deleteApp(id: string, work: Work): Promise<void> {
  const exists = async (signal: AbortSignal): Promise<boolean> =>
    (await work.client.app(id, signal)) !== null;
  const write: Write = {
    ids: [id],
    send: async (options) => {
      try {
        return await work.client.deleteApp(id, options, work.signal);
      } catch (error) {
        if (isMarathonError(error, "not-found")) return null;
        throw error;
      }
    },
    wasDone: async () => !(await exists(work.signal)),
  };
  work.report({ message: `delete ${id}` });
  await deploy(write, goneWorkload([id], exists), work);
}
