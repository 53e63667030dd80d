/** Puts a deployed kind behind the interface of a kind: hosts are opened for each call and closed after it. */
import type { Json, JsonObject } from "../../src/value/json.js";
import type { ApplyResult, ChangeRequest, FieldRules, KindHandler, Progress } from "../provider.js";
import { diagnosticsOf } from "./failures.js";
import { type DeployedServer, Fleet, type OpenRuntime, withFleet } from "./fleet.js";
import type { DeployedKind } from "./kind.js";
import { operateServer } from "./operate.js";
import { type Observed, readDeployed } from "./read.js";

/** The parts in which such kinds differ. */
export interface HandlerParts
  extends Pick<KindHandler, "provider" | "validate" | "outputs" | "attributeNames" | "describeSteps"> {
  readonly deployed: DeployedKind;
  /** Besides the list, which is told apart by id. */
  readonly rules?: Partial<FieldRules>;
  /** What the servers say of themselves; an answer that does not come is no reason to reject. `spec`: declared, or recorded. */
  observe(
    fleet: Fleet,
    deployed: readonly DeployedServer[],
    spec: JsonObject,
    identity: Json,
  ): Promise<Observed>;
  /** What it rejects with becomes the diagnostics of a failure. */
  apply(fleet: Fleet, change: ChangeRequest, report: (progress: Progress) => void): Promise<ApplyResult>;
}

export function deployedHandler(parts: HandlerParts, openRuntime: OpenRuntime): KindHandler {
  const { deployed: kind, rules, provider, validate, outputs, attributeNames, describeSteps } = parts;
  const read = (adopt: boolean): KindHandler["read"] => {
    return (request, context) =>
      withFleet(new Fleet(kind, request.address, context, openRuntime), (fleet) =>
        readDeployed(fleet, request, {
          adopt,
          observe: (servers) =>
            parts.observe(fleet, servers, request.desired ?? request.recorded ?? {}, request.identity),
        }),
      );
  };
  return {
    kind: kind.kind,
    provider,
    rules: {
      forcesReplacement: [],
      keyedLists: { [kind.list]: "id", ...rules?.keyedLists },
      unorderedLists: rules?.unorderedLists ?? [],
      sensitive: rules?.sensitive ?? [],
      textFields: rules?.textFields ?? [],
      ...(rules?.completeObjects === undefined ? {} : { completeObjects: rules.completeObjects }),
      ...(rules?.livesIn === undefined ? {} : { livesIn: rules.livesIn }),
    },
    normalise: (spec) => kind.normalise(spec),
    validate,
    outputs,
    attributeNames,
    describeSteps,
    read: read(false),
    apply: (change, context, report) =>
      withFleet(new Fleet(kind, change.address, context, openRuntime), async (fleet) => {
        try {
          return await parts.apply(fleet, change, report);
        } catch (error) {
          const diagnostics = diagnosticsOf(error, change.address, context.signal);
          return { status: "failed", identity: change.identity, diagnostics };
        }
      }),
    operate: (operation, context, report) =>
      withFleet(new Fleet(kind, operation.address, context, openRuntime), (fleet) =>
        operateServer(fleet, operation, report),
      ),
    importHelp:
      "any word (for example `deployed`): the servers are looked for on the hosts the configuration declares",
    import: (_id, request, context) => read(true)(request, context),
  };
}
