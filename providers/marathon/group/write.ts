/**
 * Creates, changes and deletes a group in one deployment. A group's PUT deletes what it does not list: a dry run shows first
 * what it would delete, and nothing may be among that which the plan did not show.
 */
import type { Started } from "../../../src/marathon/answers.js";
import type { WriteOptions } from "../../../src/marathon/client.js";
import { parentId } from "../../../src/marathon/ids.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { deploy } from "../deployment/deploy.js";
import type { Write } from "../deployment/start.js";
import type { Work } from "../deployment/work.js";
import { appState, goneWorkload, type Workload } from "../deployment/workload.js";
import { refusal } from "../failures.js";
import { groupChanges, liveGroup, sameGroup } from "./live.js";
import { appsIn, contentsOf, groupsIn, withApps } from "./members.js";

export interface GroupChange {
  readonly id: string;
  /** Canonical, as planned on; null for one that is to be made. */
  readonly before: JsonObject | null;
  readonly after: JsonObject;
  readonly scaledElsewhere: boolean;
}

export async function putGroup(change: GroupChange, work: Work): Promise<void> {
  const { id, after } = change;
  const write: Write = {
    ids: [...appsIn(after).keys()],
    send: (options) => put(change, options, work),
    wasDone: async () => {
      const answer = await work.client.group(id, work.signal);
      return answer !== null && isAs(answer, after, change);
    },
  };
  work.report({ message: `${change.before === null ? "create" : "update"} ${id}` });
  await deploy(write, runningApps(change, work), work);
}

function isAs(answer: JsonObject, definition: JsonObject, { after, scaledElsewhere }: GroupChange): boolean {
  return sameGroup(liveGroup(answer, { wanted: after, scaledElsewhere }), definition, scaledElsewhere);
}

async function put(change: GroupChange, options: WriteOptions, work: Work): Promise<Started | null> {
  const { id, before, after } = change;
  const answer = await work.client.group(id, work.signal);
  if (before === null && answer !== null) throw existsUnmanaged(id, work);
  if (before !== null) {
    if (answer === null) throw changedMeanwhile(id, "is not there any more", work);
    if (!isAs(answer, before, change)) {
      if (isAs(answer, after, change)) return null;
      throw changedMeanwhile(id, "was changed by somebody else since the plan", work);
    }
  }
  const body = bodyOf(change, answer);
  await refuseUnplannedDeletions(change, body, work);
  return work.client.putGroup(id, body, options, work.signal);
}

/**
 * Without an id of its own: the URL says it. `enforceRole` of a top-level group is always said, because leaving it out would
 * set it to Marathon's default.
 */
function bodyOf({ id, after, scaledElsewhere }: GroupChange, answer: JsonObject | null): JsonObject {
  const { id: _id, ...group } = scaledElsewhere && answer !== null ? withLiveInstances(after, answer) : after;
  const kept = answer?.["enforceRole"];
  const echo = group["enforceRole"] === undefined && kept !== undefined && parentId(id) === "/";
  return echo ? { ...group, enforceRole: kept } : group;
}

function withLiveInstances(after: JsonObject, answer: JsonObject): JsonObject {
  const live = appsIn(answer);
  return withApps(after, (app) => {
    const instances = live.get(String(app["id"]))?.["instances"];
    return instances === undefined ? app : { ...app, instances };
  });
}

async function refuseUnplannedDeletions(change: GroupChange, body: JsonObject, work: Work): Promise<void> {
  const { id, before, after } = change;
  const planned = new Set(before === null ? [] : groupChanges(before, after).deleted);
  const steps = await work.client.dryRunGroup(id, body, work.signal);
  const stopped = steps.flat().filter(({ action }) => action === "StopApplication" || action === "StopPod");
  const more = stopped.map(({ target }) => target).filter((target) => !planned.has(target));
  if (more.length === 0) return;
  throw refusal(
    "marathon-would-delete",
    work.address,
    `the group is not written: it would delete ${more.join(", ")}`,
    {
      detail: "The plan did not show that. Nothing was touched.",
      remedy:
        "Run `ferry plan` again; declare them in the group, or leave its list of apps or groups out to keep what is there.",
    },
  );
}

function existsUnmanaged(id: string, { address }: Work): Error {
  return refusal("exists-unmanaged", address, `${id} exists already, and the state does not know it`, {
    detail: "Somebody made it, or something in it, since the plan. It is untouched.",
    remedy: `Import it with \`ferry import ${address} ${id}\`, or declare another id.`,
  });
}

function changedMeanwhile(id: string, what: string, { address }: Work): Error {
  return refusal("changed-meanwhile", address, `${id} ${what}`, {
    detail: "Nothing was overwritten, and nothing was touched.",
    remedy: "Run `ferry plan` to see what it holds now, then apply again.",
  });
}

/** All declared apps, asked for in one call however many there are. */
function runningApps({ id: group, after, scaledElsewhere }: GroupChange, { client }: Work): Workload {
  const ids = [...appsIn(after).keys()];
  return {
    ids,
    state: async (version, signal) => {
      const all = new Map((await client.apps(`${group}/`, signal)).map((app) => [app.id, app]));
      const states = ids.map((id) => {
        const app = all.get(id);
        return app === undefined ? null : appState(app, version, { scaledElsewhere });
      });
      const present = states.filter((state) => state !== null);
      const open = present.filter((state) => !state.settled);
      const missing = ids.filter((id) => !all.has(id));
      return {
        settled: open.length === 0 && missing.length === 0,
        overtaken: present.find(({ overtaken }) => overtaken !== null)?.overtaken ?? null,
        text: `${present.length - open.length} of ${ids.length} apps done`,
        reasons: [...missing.map((id) => `${id} is not there`), ...open.flatMap(({ reasons }) => reasons)],
        failures: present.flatMap(({ failures }) => failures),
      };
    },
  };
}

/** With everything that is declared in it. Rejects when there is anything else. */
export async function deleteGroup(id: string, definition: JsonObject, work: Work): Promise<void> {
  const exists = async (signal: AbortSignal): Promise<boolean> =>
    (await work.client.group(id, signal)) !== null;
  const ids = [...appsIn(definition).keys()];
  const write: Write = {
    ids,
    send: async (options) => {
      const answer = await work.client.group(id, work.signal);
      if (answer === null) return null;
      refuseOthers(id, definition, answer, work);
      try {
        return await work.client.deleteGroup(id, options, work.signal);
      } catch (error) {
        if (isMarathonError(error, "not-found")) return null;
        throw error;
      }
    },
    wasDone: async () => !(await exists(work.signal)),
  };
  work.report({ message: `delete ${id}` });
  await deploy(write, goneWorkload(ids, exists), work);
}

function refuseOthers(id: string, definition: JsonObject, answer: JsonObject, { address }: Work): void {
  const declared = new Set([...appsIn(definition).keys(), ...groupsIn(definition).keys()]);
  const holds = (other: string): boolean => contentsOf(answer).some((one) => one.startsWith(`${other}/`));
  // Groups that are empty belong to nobody.
  const others = contentsOf(answer).filter(
    (one) => !declared.has(one) && !(isGroup(answer, one) && !holds(one)),
  );
  if (others.length === 0) return;
  const some = others.slice(0, 5).join(", ");
  throw refusal(
    "marathon-group-not-empty",
    address,
    `${id} is not deleted, because it holds what nobody declared here: ${some}`,
    {
      detail: "Deleting a group deletes everything in it. Nothing was touched.",
      remedy: "Delete or move those first, or declare them in the group.",
    },
  );
}

function isGroup(answer: JsonObject, id: string): boolean {
  const groups = Array.isArray(answer["groups"])
    ? (answer["groups"] as readonly Json[]).filter(isObject)
    : [];
  return groups.some((group) => group["id"] === id || isGroup(group, id));
}
