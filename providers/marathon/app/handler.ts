/** The kind MarathonApp: an app on a Marathon, changed by deployments or by releases in stages. */
import { normaliseApp } from "../../../src/marathon/normalise/app.js";
import { canonicalJson, type JsonObject } from "../../../src/value/json.js";
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
import type { Dependencies } from "../dependencies.js";
import type { Work } from "../deployment/work.js";
import { diagnosticsOf } from "../failures.js";
import { importById } from "../import-by-id.js";
import { normaliseRelease, type ReleaseSpec, releaseOf, releaseProblems } from "../release/release-spec.js";
import { runRelease } from "../release/run.js";
import { copyIdOf, stagesOf } from "../release/stages.js";
import {
  definitionOf,
  deploymentOf,
  idOf,
  idOutput,
  isScaledElsewhere,
  normaliseSpec,
  placeOf,
} from "../spec.js";
import { definitionProblems } from "./definition-problems.js";
import { isReconfigured } from "./live.js";
import { findCopy, isCopyOf, presentResult } from "./read.js";
import { copyLeft, describeAppSteps } from "./steps.js";
import { type AppChange, createApp, deleteApp, presentApp, replaceApp } from "./write.js";

const RULES: FieldRules = {
  forcesReplacement: ["marathon", "definition.id"],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: [],
  // Marathon answers with the whole definition: what is missing there is not set. `release` holds a copy that was left.
  completeObjects: ["definition.**", "release"],
};

export function normaliseAppSpec(spec: JsonObject): JsonObject {
  const normal = normaliseSpec(spec, (definition) => normaliseApp(definition));
  return { ...normal, release: normaliseRelease(spec["release"]) };
}

export function appHandler({ clients, clock }: Dependencies): KindHandler {
  async function readWanted(
    spec: JsonObject,
    request: Pick<ReadRequest, "address" | "recorded">,
    context: ProviderContext,
  ): Promise<ReadResult> {
    const place = placeOf(spec, request.recorded);
    const wanted = definitionOf(spec);
    if (place === undefined || wanted === undefined) return { status: "absent", diagnostics: [] };
    const { id } = place;
    const client = await clientFor(clients, request.address, place.marathon, context);
    const app = await client.app(id, context.signal);
    if (app === null) return { status: "absent", diagnostics: [] };
    const copy = await findCopy(client, id, [spec, request.recorded], context.signal);
    return presentResult(app, spec, wanted, {
      place,
      copy,
      recorded: request.recorded,
      address: request.address,
    });
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
      const work: Work = {
        address,
        client,
        clock,
        signal: context.signal,
        settings: deploymentOf(spec),
        report,
      };
      await carryOut(change, work);
      if (change.action === "delete") return { status: "deleted", diagnostics: [] };
      const now = await readWanted(change.after, { address, recorded: null }, context);
      if (now.status !== "present") return { status: "failed", identity, diagnostics: now.diagnostics };
      return { ...now, status: "done" };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "MarathonApp",
    provider: "marathon",
    rules: RULES,
    normalise: normaliseAppSpec,
    validate: (spec) => [...definitionProblems(spec), ...releaseProblems(spec)],
    outputs: idOutput,
    attributeNames: ["version", "instances", "tasks", "servicePorts", "deployments", "lastFailure"],
    describeSteps: describeAppSteps,
    read,
    apply,
    importHelp: "the id of the app, for example /shop/web (the Marathon is taken from the configuration)",
    import: (id, request, context) => importById(id, request, context, read),
  };
}

async function carryOut(change: ChangeRequest, work: Work): Promise<void> {
  const spec = change.action === "delete" ? change.before : change.after;
  const id = idOf(spec);
  const definition = definitionOf(spec);
  if (id === undefined || definition === undefined) return;
  const scaledElsewhere = isScaledElsewhere(spec);
  if (change.action === "delete") {
    await removeCopy(id, work);
    return deleteApp(id, work);
  }
  if (change.action === "create")
    return createApp({ id, before: null, after: definition, scaledElsewhere }, work);
  const before = definitionOf(change.before) ?? null;
  await update(
    { id, before, after: definition, scaledElsewhere },
    releaseOf(spec),
    copyLeft(change.before),
    work,
  );
}

async function update(
  change: AppChange,
  release: ReleaseSpec,
  left: string | null,
  work: Work,
): Promise<void> {
  const { id, before, after, scaledElsewhere } = change;
  if (before !== null && isReconfigured(before, after)) {
    const now = scaledElsewhere ? (await presentApp(id, work)).instances : Number(after["instances"] ?? 1);
    const stages = stagesOf(release, now);
    if (stages.length > 0) return runRelease(stages, change, release, work);
  }
  const same = before !== null && canonicalJson(before) === canonicalJson(after);
  // The copy may be what serves while the app is scaled: it goes last.
  if (!same) await replaceApp(change, work);
  if (left !== null) await removeCopy(id, work);
}

/** Only one that ferry made for this app. */
async function removeCopy(id: string, work: Work): Promise<void> {
  const copy = await work.client.app(copyIdOf(id), work.signal);
  if (copy !== null && isCopyOf(copy, id)) await deleteApp(copy.id, work);
}
