/** The kind MesosFramework: scheduler processes of any framework. When its state is not where the spec wants it, nothing is planned. */
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { plannedSteps, stepText } from "../../deployed/steps.js";
import { movingTexts } from "../../frameworks/order.js";
import { urlOutputs } from "../../frameworks/outputs.js";
import type { Connect } from "../../frameworks/reading.js";
import type { ChangeRequest, KindHandler, ProviderContext, ReadRequest, ReadResult } from "../../provider.js";
import { applyFramework, UNTIL } from "./change.js";
import { FRAMEWORK_SERVERS } from "./kind.js";
import { observeFramework } from "./observe.js";
import { checkState } from "./state.js";

function describeSteps(change: ChangeRequest): string[] {
  const steps = plannedSteps(FRAMEWORK_SERVERS, change, 1);
  const texts = steps.map((step) => stepText(FRAMEWORK_SERVERS, step, UNTIL));
  return movingTexts(change, texts) ?? texts;
}

async function checked(
  request: ReadRequest,
  result: ReadResult,
  context: ProviderContext,
  connect: Connect,
): Promise<ReadResult> {
  const { address, desired } = request;
  if (result.status !== "present" || desired === null) return result;
  try {
    await checkState({ address, before: result.live, after: desired }, context, connect);
    return result;
  } catch (error) {
    if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
    throw error;
  }
}

export function frameworkHandler(connect: Connect, openRuntime: OpenRuntime): KindHandler {
  const base = deployedHandler(
    {
      deployed: FRAMEWORK_SERVERS,
      provider: "mesos",
      validate: () => [],
      outputs: urlOutputs,
      attributeNames: ["status"],
      describeSteps,
      observe: observeFramework,
      apply: (fleet, change, report) => applyFramework(fleet, change, report, connect),
    },
    openRuntime,
  );
  return {
    ...base,
    read: async (request, context) => checked(request, await base.read(request, context), context, connect),
  };
}
