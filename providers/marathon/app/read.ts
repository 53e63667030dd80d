/** What a reading of an app gives: its definition as it is compared, facts about it, and what should be known beside. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { App } from "../../../src/marathon/answers.js";
import type { MarathonClient } from "../../../src/marathon/client.js";
import { normaliseApp } from "../../../src/marathon/normalise/app.js";
import { servicePorts } from "../../../src/marathon/normalise/assigned.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { ReadResult } from "../../provider.js";
import { COPY_OF } from "../release/copy.js";
import { releaseOf } from "../release/release-spec.js";
import { copyIdOf } from "../release/stages.js";
import { definitionOf, identityOf, isScaledElsewhere, type Place, steering } from "../spec.js";
import { appAttributes, liveApp, withForgotten } from "./live.js";

/** Whether ferry made it for a release of that app. */
export function isCopyOf(copy: App, id: string): boolean {
  const { labels } = copy.definition;
  return isObject(labels) && labels[COPY_OF] === id;
}

/** Looked for only where a release may have left one. */
export async function findCopy(
  client: MarathonClient,
  id: string,
  specs: readonly (JsonObject | null)[],
  signal: AbortSignal,
): Promise<string | null> {
  const staged = specs.some((spec) => spec !== null && releaseOf(spec).strategy !== "rolling");
  const copy = staged ? await client.app(copyIdOf(id), signal) : null;
  return copy !== null && isCopyOf(copy, id) ? copy.id : null;
}

export interface Around {
  readonly place: Place;
  readonly copy: string | null;
  readonly recorded: JsonObject | null;
  readonly address: string;
}

export function presentResult(
  app: App,
  spec: JsonObject,
  wanted: JsonObject,
  { place, copy, recorded, address }: Around,
): ReadResult {
  const read = liveApp(app.definition, { wanted, scaledElsewhere: isScaledElsewhere(spec) });
  const { live: definition, forgotten } = withForgotten(read, definitionOf(recorded));
  const steers = steering(spec, place);
  const release = isObject(steers["release"]) ? steers["release"] : {};
  return {
    status: "present",
    live: { ...steers, ...(copy === null ? {} : { release: { ...release, copy } }), definition },
    attributes: appAttributes(app, servicePorts(normaliseApp(app.definition))),
    identity: identityOf(place),
    diagnostics: notesOf(app, forgotten, address),
  };
}

function notesOf(app: App, forgotten: readonly string[], address: string): Diagnostic[] {
  const drifting = forgotten.map((name) =>
    warningDiagnostic("marathon-may-drift", `${address}: Marathon no longer shows ${name} of ${app.id}`, {
      address,
      detail:
        "It forgets it when its leader changes, and restarts nothing for that. What was applied is believed.",
    }),
  );
  if (app.deployments.length === 0) return drifting;
  const ids = app.deployments.join(", ");
  return [
    ...drifting,
    warningDiagnostic("marathon-deploying", `${address}: deployment ${ids} of ${app.id} is going on`, {
      address,
      detail: `${app.running} of ${app.instances} running. Its definition is compared as it will be when that is over.`,
    }),
  ];
}
