/**
 * What has moved between a reviewed plan and one made now. Any difference in what would be done, or in what it was decided
 * on, is an error; the git commit is only told, because the configuration itself is compared.
 */
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "../diagnostics/diagnostic.js";
import { canonicalJson, type Json, type JsonObject } from "../value/json.js";
import { formatPath } from "../value/path.js";
import { diffValues } from "./diff.js";
import { byName } from "./graph.js";
import type { Plan, PlannedChange } from "./plan.js";
import { compileRules } from "./rules.js";

const ANY_KIND = compileRules({
  forcesReplacement: [],
  keyedLists: { "**.servers": "id" },
  unorderedLists: [],
  sensitive: [],
  textFields: [],
});

/** At most this many fields of one resource are named. */
const NAMED_FIELDS = 8;

/** Empty when the fresh plan is the saved one; only warnings when it may be applied all the same. */
export function whatMoved(saved: Plan, fresh: Plan): Diagnostic[] {
  const found = [...circumstances(saved, fresh), ...resources(saved, fresh)];
  if (found.length === 0 && canonicalJson(covered(saved)) !== canonicalJson(covered(fresh))) {
    found.push(moved("the order or the stages of the changes", "they were computed differently"));
  }
  return [...found, ...commit(saved, fresh)];
}

/** The errors of whatMoved, one line each. */
export function comparePlans(saved: Plan, fresh: Plan): string[] {
  return whatMoved(saved, fresh)
    .filter((diagnostic) => diagnostic.severity === "error")
    .map((diagnostic) => diagnostic.summary);
}

function circumstances(saved: Plan, fresh: Plan): Diagnostic[] {
  const found: Diagnostic[] = [];
  const compare = (what: string, before: Json, after: Json): void => {
    if (canonicalJson(before) !== canonicalJson(after))
      found.push(moved(what, `${shown(before)} → ${shown(after)}`));
  };
  compare("the version of ferry", saved.ferryVersion, fresh.ferryVersion);
  compare("what the plan is for", saved.mode, fresh.mode);
  compare("the environment", saved.configuration.environment, fresh.configuration.environment);
  compare("--target", [...saved.selection.targets], [...fresh.selection.targets]);
  compare("--exclude", [...saved.selection.excludes], [...fresh.selection.excludes]);
  if (saved.configuration.fingerprint !== fresh.configuration.fingerprint) {
    found.push(moved("the configuration", "files, variables or the content of secrets are others than then"));
  }
  compare("the place of the state", saved.state.location, fresh.state.location);
  compare("the state (its lineage: it is another one)", saved.state.lineage, fresh.state.lineage);
  compare("the state (its serial: somebody has applied since)", saved.state.serial, fresh.state.serial);
  return found;
}

function resources(saved: Plan, fresh: Plan): Diagnostic[] {
  const before = new Map(saved.changes.map((change) => [change.address, change]));
  const after = new Map(fresh.changes.map((change) => [change.address, change]));
  const addresses = [...new Set([...before.keys(), ...after.keys()])].sort(byName);
  return addresses.flatMap((address) => {
    const was = before.get(address);
    const is = after.get(address);
    if (was === undefined) return [moved(address, "it is not in the reviewed plan", address)];
    if (is === undefined) return [moved(address, "only the reviewed plan has it", address)];
    return resource(was, is);
  });
}

function resource(was: PlannedChange, is: PlannedChange): Diagnostic[] {
  const { address } = was;
  const found: Diagnostic[] = [];
  if (was.liveFingerprint !== is.liveFingerprint)
    found.push(moved(`live ${address}`, liveMoved(was, is), address));
  if (was.action !== is.action) {
    found.push(moved(address, `the action would be ${is.action}, not ${was.action}`, address));
  } else if (found.length === 0 && canonicalJson(intended(was)) !== canonicalJson(intended(is))) {
    const fields = changedPaths(was.after ?? {}, is.after ?? {});
    found.push(
      moved(address, fields === "" ? "something else would be done" : `other values for ${fields}`, address),
    );
  }
  return found;
}

function liveMoved(was: PlannedChange, is: PlannedChange): string {
  const gone = is.liveFingerprint === "absent";
  if (gone) return "it is no longer there";
  if (was.liveFingerprint === "absent") return "it was not there then and is now";
  if (is.liveFingerprint === "unreadable") return "it cannot be read now";
  if (was.liveFingerprint === "unreadable") return "it could not be read then and can now";
  const fields = changedPaths(was.before ?? {}, is.before ?? {});
  return fields === "" ? "a value that is not shown changed" : `${fields} changed`;
}

function changedPaths(before: JsonObject, after: JsonObject): string {
  const paths = diffValues(before, after, ANY_KIND).map((difference) => formatPath(difference.path));
  const more = paths.length > NAMED_FIELDS ? ` and ${paths.length - NAMED_FIELDS} more fields` : "";
  return `${paths.slice(0, NAMED_FIELDS).join(", ")}${more}`;
}

/** What would be done, without what only explains it. */
function intended(change: PlannedChange): Json {
  const { reason, ...rest } = change;
  return { ...rest, code: reason.code } as unknown as Json;
}

function covered(plan: Plan): Json {
  const { git: _git, diagnostics: _diagnostics, drift: _drift, ...rest } = plan;
  return { ...rest, changes: plan.changes.map(intended) } as unknown as Json;
}

function commit(saved: Plan, fresh: Plan): Diagnostic[] {
  const [was, is] = [saved.git?.commit ?? null, fresh.git?.commit ?? null];
  if (was === is) return [];
  return [
    warningDiagnostic(
      "plan-commit",
      `the plan was made from commit ${short(was)}, the files are of ${short(is)}`,
      {
        detail: "What they say is compared apart from that.",
      },
    ),
  ];
}

function short(commitId: string | null): string {
  return commitId === null ? "(none)" : commitId.slice(0, 12);
}

function moved(what: string, how: string, address?: string): Diagnostic {
  return errorDiagnostic("plan-moved", `${what}: ${how}`, address === undefined ? {} : { address });
}

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
