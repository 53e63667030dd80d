/** The kind MarathonPod: containers side by side on one agent. */
import { warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { PodStatus, Started } from "../../../src/marathon/answers.js";
import type { WriteOptions } from "../../../src/marathon/client.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import { normalisePod } from "../../../src/marathon/normalise/pod.js";
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
import type { Dependencies } from "../dependencies.js";
import { deploy } from "../deployment/deploy.js";
import type { Work } from "../deployment/work.js";
import { goneWorkload, runningPod } from "../deployment/workload.js";
import { diagnosticsOf, refusal } from "../failures.js";
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
import { instancesOf, livePod, samePod, withForgotten } from "./live.js";

const RULES: FieldRules = {
  forcesReplacement: ["marathon", "definition.id"],
  keyedLists: { "definition.containers": "name", "definition.volumes": "name" },
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
  if (change.action === "delete") return [`delete ${id} and its instances, ${timeout}`];
  const count = instancesOf(definition);
  if (change.action === "create")
    return [`create ${id} and start ${count === 1 ? "1 instance" : `${count} instances`}, ${timeout}`];
  const before = definitionOf(change.before) ?? {};
  if (!samePod(before, definition, true))
    return [`rolling restart of ${id} by its upgrade strategy, ${timeout}`];
  const was = instancesOf(before);
  if (was === count) return [`set what restarts nothing of ${id}`];
  return [`scale ${id} from ${was} to ${count}, ${timeout}`];
}

export function podHandler({ clients, clock }: Dependencies): KindHandler {
  async function readWanted(
    spec: JsonObject,
    request: Pick<ReadRequest, "address" | "recorded">,
    context: ProviderContext,
  ): Promise<ReadResult> {
    const [place, wanted] = [placeOf(spec, request.recorded), definitionOf(spec)];
    if (place === undefined || wanted === undefined) return { status: "absent", diagnostics: [] };
    const { id } = place;
    const client = await clientFor(clients, request.address, place.marathon, context);
    const found = await client.pod(id, context.signal);
    if (found === null) return { status: "absent", diagnostics: [] };
    const status = await client.podStatus(id, context.signal);
    const running = (await client.deployments(context.signal)).filter(({ affected }) =>
      affected.includes(id),
    );
    const read = livePod(found, { wanted, scaledElsewhere: isScaledElsewhere(spec) });
    const { live, forgotten } = withForgotten(read, definitionOf(request.recorded));
    return {
      status: "present",
      live: { ...steering(spec, place), definition: live },
      attributes: attributesOf(
        found,
        status,
        running.map((deployment) => deployment.id),
      ),
      identity: identityOf(place),
      diagnostics: forgotten.length === 0 ? [] : [mayDrift(request.address, id, forgotten)],
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
    kind: "MarathonPod",
    provider: "marathon",
    rules: RULES,
    normalise: (spec) => normaliseSpec(spec, normalisePod),
    validate: () => [],
    outputs: idOutput,
    attributeNames: ["version", "status", "instances", "deployments"],
    describeSteps,
    read,
    apply,
    importHelp: "the id of the pod, for example /shop/batch (the Marathon is taken from the configuration)",
    import: (id, request, context) => importById(id, request, context, read),
  };
}

function attributesOf(pod: JsonObject, status: PodStatus | null, deployments: readonly string[]): JsonObject {
  const instances = (status?.instances ?? []).map((instance) => [instance.id, instance.status] as const);
  return {
    version: pod["version"] ?? null,
    status: status?.status ?? null,
    instances: Object.fromEntries(instances),
    deployments: [...deployments],
  };
}

function mayDrift(address: string, id: string, fields: readonly string[]) {
  return warningDiagnostic(
    "marathon-may-drift",
    `${address}: Marathon no longer shows ${fields.join(", ")} of ${id}`,
    {
      address,
      detail:
        "It forgets such settings when its leader changes, and restarts nothing for that. What was applied is believed.",
    },
  );
}

async function carryOut(change: ChangeRequest, work: Work): Promise<void> {
  const spec = change.action === "delete" ? change.before : change.after;
  const [id, definition] = [idOf(spec), definitionOf(spec)];
  if (id === undefined || definition === undefined) return;
  const { client, signal, report } = work;
  if (change.action === "delete") {
    report({ message: `delete ${id}` });
    return deletePod(id, work);
  }
  report({ message: `${change.action} ${id}` });
  const scaledElsewhere = isScaledElsewhere(spec);
  const before = change.action === "update" ? (definitionOf(change.before) ?? null) : null;
  const isStored = async (): Promise<boolean> => {
    const pod = await client.pod(id, signal);
    return (
      pod !== null &&
      samePod(livePod(pod, { wanted: definition, scaledElsewhere }), definition, scaledElsewhere)
    );
  };
  const send = (options: WriteOptions): Promise<Started | null> =>
    before === null
      ? post(id, definition, options, work)
      : put({ id, before, after: definition, scaledElsewhere }, options, work);
  await deploy({ ids: [id], send, wasDone: isStored }, runningPod(client, id), work);
}

async function post(id: string, definition: JsonObject, options: WriteOptions, work: Work): Promise<Started> {
  try {
    return await work.client.createPod(definition, options, work.signal);
  } catch (error) {
    if (!isMarathonError(error, "exists")) throw error;
    throw refusal("exists-unmanaged", work.address, `${id} exists already, and the state does not know it`, {
      detail: "Somebody made it since the plan. It is untouched.",
      remedy: `Import it with \`ferry import ${work.address} ${id}\`, or declare another id.`,
    });
  }
}

interface PodChange {
  readonly id: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly scaledElsewhere: boolean;
}

async function put(change: PodChange, options: WriteOptions, work: Work): Promise<Started | null> {
  const { id, before, after, scaledElsewhere } = change;
  const pod = await work.client.pod(id, work.signal);
  const live = pod === null ? null : livePod(pod, { wanted: after, scaledElsewhere });
  if (pod === null || live === null || !samePod(live, before, scaledElsewhere)) {
    if (live !== null && samePod(live, after, scaledElsewhere)) return null;
    throw refusal("changed-meanwhile", work.address, `${id} was changed by somebody else since the plan`, {
      detail: "Their change was not overwritten. Nothing was touched.",
      remedy: "Run `ferry plan` to see what it holds now, then apply again.",
    });
  }
  const body = scaledElsewhere
    ? { ...after, scaling: pod["scaling"] ?? { kind: "fixed", instances: 1 } }
    : after;
  return work.client.replacePod(id, body, options, work.signal);
}

async function deletePod(id: string, work: Work): Promise<void> {
  const exists = async (signal: AbortSignal): Promise<boolean> =>
    (await work.client.pod(id, signal)) !== null;
  const send = async (options: WriteOptions): Promise<Started | null> => {
    try {
      return await work.client.deletePod(id, options, work.signal);
    } catch (error) {
      if (isMarathonError(error, "not-found")) return null;
      throw error;
    }
  };
  const wasDone = async (): Promise<boolean> => !(await exists(work.signal));
  await deploy({ ids: [id], send, wasDone }, goneWorkload([id], exists), work);
}
