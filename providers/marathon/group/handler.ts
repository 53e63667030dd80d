/** The kind MarathonGroup: apps and groups that are deployed together, in the order of their dependencies. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { App } from "../../../src/marathon/answers.js";
import type { JsonObject } from "../../../src/value/json.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  Progress,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import { clientFor } from "../access.js";
import { appProblems, type Problem } from "../app/definition-problems.js";
import type { Dependencies } from "../dependencies.js";
import type { Work } from "../deployment/work.js";
import { diagnosticsOf } from "../failures.js";
import { importById } from "../import-by-id.js";
import {
  definitionOf,
  deploymentOf,
  identityOf,
  idOf,
  idOutput,
  isScaledElsewhere,
  normaliseSpec,
  placeOf,
  steering,
} from "../spec.js";
import { groupChanges, liveGroup, normaliseDefinition, withForgottenInApps } from "./live.js";
import { appsIn, membersOf } from "./members.js";
import { deleteGroup, putGroup } from "./write.js";

const RULES: FieldRules = {
  forcesReplacement: ["marathon", "definition.id"],
  keyedLists: { "definition.**.apps": "id", "definition.**.groups": "id" },
  unorderedLists: [],
  sensitive: [],
  textFields: [],
  completeObjects: ["definition.**"],
};

function describeSteps(change: ChangeRequest): string[] {
  const spec = change.action === "delete" ? change.before : change.after;
  const [id, definition] = [idOf(spec), definitionOf(spec)];
  if (id === undefined || definition === undefined) return [];
  const timeout = `followed for at most ${deploymentOf(spec).timeoutSeconds} s`;
  if (change.action === "delete")
    return [`delete ${id} with ${listed([...appsIn(definition).keys()])}, ${timeout}`];
  const before = change.action === "update" ? (definitionOf(change.before) ?? {}) : {};
  const { deleted, started, restarted, scaled } = groupChanges(before, definition);
  const steps: readonly [string, readonly string[]][] = [
    ["stop and delete", deleted],
    ["start", started],
    ["rolling restart of", restarted],
    ["scale", scaled],
  ];
  const told = steps.filter(([, ids]) => ids.length > 0).map(([what, ids]) => `${what} ${listed(ids)}`);
  return [`write ${id} in one deployment, ${timeout}`, ...told];
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? "no apps" : ids.join(", ");
}

export function groupHandler({ clients, clock }: Dependencies): KindHandler {
  async function readWanted(
    spec: JsonObject,
    request: Pick<ReadRequest, "address" | "recorded">,
    context: ProviderContext,
  ): Promise<ReadResult> {
    const [place, wanted] = [placeOf(spec, request.recorded), definitionOf(spec)];
    if (place === undefined || wanted === undefined) return { status: "absent", diagnostics: [] };
    const { id } = place;
    const client = await clientFor(clients, request.address, place.marathon, context);
    const answer = await client.group(id, context.signal);
    if (answer === null) return { status: "absent", diagnostics: [] };
    const apps = (await client.apps(`${id}/`, context.signal)).filter((app) => appsIn(wanted).has(app.id));
    const read = liveGroup(answer, { wanted, scaledElsewhere: isScaledElsewhere(spec) });
    const { live, forgotten } = withForgottenInApps(read, definitionOf(request.recorded));
    return {
      status: "present",
      live: { ...steering(spec, place), definition: live },
      attributes: attributesOf(answer, apps),
      identity: identityOf(place),
      diagnostics: notesOf(request.address, apps, forgotten),
    };
  }

  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const spec = request.desired ?? request.recorded;
    if (spec === null) return { status: "absent", diagnostics: [] };
    try {
      return await readWanted(spec, request, context);
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async function apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult> {
    const { address, identity } = change;
    const spec = change.action === "delete" ? change.before : change.after;
    try {
      const client = await clientFor(clients, address, spec["marathon"], context);
      await carryOut(change, {
        address,
        client,
        clock,
        signal: context.signal,
        settings: deploymentOf(spec),
        report,
      });
      if (change.action === "delete") return { status: "deleted", diagnostics: [] };
      const now = await readWanted(change.after, { address, recorded: null }, context);
      if (now.status !== "present") return { status: "failed", identity, diagnostics: now.diagnostics };
      return { ...now, status: "done" };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "MarathonGroup",
    provider: "marathon",
    rules: RULES,
    normalise: (spec) => normaliseSpec(spec, normaliseDefinition),
    validate,
    outputs: idOutput,
    attributeNames: ["version", "tasks", "deployments"],
    describeSteps,
    read,
    apply,
    importHelp: "the id of the group, for example /shop (the Marathon is taken from the configuration)",
    import: (id, request, context) => importById(id, request, context, read),
  };
}

function validate(spec: JsonObject): Problem[] {
  const definition = definitionOf(spec);
  return definition === undefined ? [] : groupProblems(definition, "definition");
}

function groupProblems(group: JsonObject, path: string): Problem[] {
  return [
    ...membersOf(group, "apps").flatMap((app, at) => appProblems(app, `${path}.apps[${at}]`)),
    ...membersOf(group, "groups").flatMap((child, at) => groupProblems(child, `${path}.groups[${at}]`)),
  ];
}

function carryOut(change: ChangeRequest, work: Work): Promise<void> {
  const spec = change.action === "delete" ? change.before : change.after;
  const [id, after] = [idOf(spec), definitionOf(spec)];
  if (id === undefined || after === undefined) return Promise.resolve();
  if (change.action === "delete") return deleteGroup(id, after, work);
  const before = change.action === "update" ? (definitionOf(change.before) ?? null) : null;
  return putGroup({ id, before, after, scaledElsewhere: isScaledElsewhere(spec) }, work);
}

function attributesOf(answer: JsonObject, apps: readonly App[]): JsonObject {
  const tasks = apps.map(
    ({ id, instances, running, healthy }) => [id, { instances, running, healthy }] as const,
  );
  return {
    version: answer["version"] ?? null,
    tasks: Object.fromEntries(tasks),
    deployments: [...new Set(apps.flatMap(({ deployments }) => deployments))],
  };
}

function notesOf(address: string, apps: readonly App[], forgotten: readonly string[]): Diagnostic[] {
  const deploying = apps.filter((app) => app.deployments.length > 0);
  return [
    ...(forgotten.length === 0
      ? []
      : [
          warningDiagnostic(
            "marathon-may-drift",
            `${address}: Marathon no longer shows ${forgotten.join(", ")}`,
            {
              address,
              detail:
                "It forgets it when its leader changes, and restarts nothing for that. What was applied is believed.",
            },
          ),
        ]),
    ...(deploying.length === 0
      ? []
      : [
          warningDiagnostic("marathon-deploying", `${address}: deployments of it are going on`, {
            address,
            detail: deploying.map((app) => `${app.id}: ${app.deployments.join(", ")}`).join("\n"),
          }),
        ]),
  ];
}
