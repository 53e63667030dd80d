/**
 * The kind MarathonInstance: a Marathon that ferry deploys. It remembers the framework id: when another one answers, or the state is
 * not where the spec wants it, nothing is planned.
 */
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { plannedSteps, stepText } from "../../deployed/steps.js";
import { movingTexts } from "../../frameworks/order.js";
import { urlOutputs } from "../../frameworks/outputs.js";
import { checkMove } from "../../frameworks/places.js";
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import { frameworkOf, refuseOther } from "../other-framework.js";
import { applyInstance, type ChangeTools, UNTIL } from "./change.js";
import { MARATHON_SERVERS } from "./kind.js";
import { OTHER_FRAMEWORK, observeServers } from "./observe.js";
import { marathonState } from "./zookeeper.js";

function describeSteps(change: ChangeRequest): string[] {
  const steps = plannedSteps(MARATHON_SERVERS, change, 1);
  const texts = steps.map((step) => stepText(MARATHON_SERVERS, step, UNTIL));
  const moving = movingTexts(change, texts);
  if (moving !== null) return moving;
  const restarts = steps.filter(({ kind }) => kind === "change").length;
  return restarts > 1 ? [...texts, "(whichever server leads when it starts is restarted last)"] : texts;
}

/** The identity of the base, and the framework id that is known by now. */
function withFramework(identity: Json, attributes: JsonObject, known: string | null): Json {
  const { frameworkId } = attributes;
  return { ...(isObject(identity) ? identity : {}), frameworkId: frameworkId ?? known };
}

async function checked(
  request: ReadRequest,
  result: ReadResult,
  context: ProviderContext,
  { connect }: ChangeTools,
): Promise<ReadResult> {
  if (result.status !== "present") return result;
  const { address, desired, identity } = request;
  const { attributes, live } = result;
  const found = typeof attributes["frameworkId"] === "string" ? attributes["frameworkId"] : null;
  try {
    refuseOther(address, identity, found, OTHER_FRAMEWORK);
    if (desired !== null)
      await checkMove(
        { address, before: live, after: desired },
        context,
        marathonState(address, connect, context.signal),
      );
  } catch (error) {
    if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
    throw error;
  }
  return { ...result, identity: withFramework(result.identity, attributes, frameworkOf(identity)) };
}

function remembered(change: ChangeRequest, result: ApplyResult): ApplyResult {
  if (result.status === "deleted") return result;
  const attributes = result.status === "done" ? result.attributes : {};
  return { ...result, identity: withFramework(result.identity, attributes, frameworkOf(change.identity)) };
}

export function marathonInstanceHandler(tools: ChangeTools, openRuntime: OpenRuntime): KindHandler {
  const base = deployedHandler(
    {
      deployed: MARATHON_SERVERS,
      provider: "marathon",
      validate: () => [],
      outputs: urlOutputs,
      attributeNames: ["leader", "frameworkId", "version", "status"],
      describeSteps,
      observe: (fleet, deployed, spec) => observeServers(tools.clients, fleet, deployed, spec),
      apply: (fleet, change, report) => applyInstance(fleet, change, report, tools),
    },
    openRuntime,
  );
  return {
    ...base,
    read: async (request, context) => checked(request, await base.read(request, context), context, tools),
    apply: async (change, context, report) => remembered(change, await base.apply(change, context, report)),
    import: async (id, request, context) =>
      checked(request, await base.import(id, request, context), context, tools),
  };
}
