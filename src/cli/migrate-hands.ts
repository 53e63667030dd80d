/**
 * Binds what carries a migration out and what looks at it: the runner of actions over the kinds' own handlers, the sessions of the
 * synchronisation, the observer. Begins nothing.
 */
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { MarathonClient } from "../marathon/client.js";
import { ByHand } from "../migration/actions/by-hand.js";
import { DeployedControl, DeployedEnsembles, type Kinds } from "../migration/actions/deployed-control.js";
import { MesosAt } from "../migration/actions/mesos-at.js";
import { MigrationRunner } from "../migration/actions/runner.js";
import { ControlByServer } from "../migration/actions/server-control.js";
import { Coordination } from "../migration/coordination/coordination.js";
import type { Observer } from "../migration/model/ports.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import { notSurveyed, type Survey } from "../migration/plan/survey.js";
import type { ProjectSecrets } from "../secrets/resolver.js";
import { type Accesses, accessesOf, type ResolveSecret } from "./migrate-access.js";
import type { Declared } from "./migrate-declared.js";
import type { Hands } from "./migrate-world.js";

export interface HandsOptions {
  readonly spec: MigrationSpec;
  readonly declared: Declared;
  readonly secrets: ProjectSecrets;
  /** One line for people. */
  readonly log: (text: string) => void;
}

/** Rejects with DiagnosticError when a secret or the state cannot be read. */
export async function handsOf(options: HandsOptions): Promise<Hands> {
  const { spec, log } = options;
  requireState(options);
  const secret = secretOf(options);
  const accesses = await accessesOf(spec, secret);
  const kinds = kindsOf(options);
  const observer = observerOf(options);
  const coordination = await Coordination.open({ spec, secret, now: Date.now, log });
  const byHand = new ByHand({
    migration: spec,
    mesos: new MesosAt((address) => accesses.server(address)),
    marathon: (url) => new MarathonClient({ urls: [url], ...marathonAccess(spec, accesses, url) }),
  });
  const runner = new MigrationRunner({
    spec,
    coordination,
    control: new ControlByServer(new DeployedControl(spec, kinds), byHand),
    ensembles: new DeployedEnsembles(kinds),
    mesos: (address) => accesses.server(address),
    marathon: (framework) => accesses.framework(framework),
    now: Date.now,
  });
  return { runner, observer };
}

/** What is deployed carries the mark of the state: without one, an apply would not know it again. */
function requireState({ spec, declared }: HandsOptions): void {
  if (declared.resources.length === 0 || declared.lineage !== "") return;
  throw new DiagnosticError([
    errorDiagnostic(
      "migration-not-applied",
      `${spec.name} is declared, and nothing of the project was ever applied`,
      {
        detail: "What the migration deploys has to be known to the state. Nothing was begun.",
        remedy: "Run `ferry apply` first: it records the declaration, and begins nothing of the migration.",
      },
    ),
  ]);
}

function marathonAccess({ frameworks }: MigrationSpec, accesses: Accesses, url: string) {
  const found = frameworks.find(
    ({ urls, servers }) => urls.includes(url) || servers.some(({ address }) => url.endsWith(`//${address}`)),
  );
  return found === undefined ? {} : accesses.framework(found);
}

function secretOf({ declared, secrets }: HandsOptions): ResolveSecret {
  return async (reference) => {
    const own = declared.ownSecrets.get(reference);
    return own === undefined ? secrets.resolve(reference) : Buffer.from(own);
  };
}

/** The kinds as `ferry apply` has them: what is deployed is marked and found by the state's lineage. */
function kindsOf({ declared, secrets }: HandsOptions): Kinds {
  const { settings, registry, views, lineage } = declared;
  return {
    handler: registry.handler,
    context: (signal) => ({
      projectRoot: settings.root,
      lineage,
      secrets: secrets.withSalt(lineage),
      signal,
      now: Date.now,
      resource: (address) => views.resource(address),
    }),
  };
}

/** Where what looks at both sides before a plan is bound. As long as nothing does, the plan says so and refuses. */
export async function surveyOf(_options: HandsOptions, _signal: AbortSignal): Promise<Survey> {
  return notSurveyed("nobody has looked at the platform");
}

/** Where what measures the platform is bound. As long as nothing does, nothing may be begun: no gate could be judged. */
function observerOf({ spec }: HandsOptions): Observer {
  throw new DiagnosticError([
    errorDiagnostic(
      "migration-no-observer",
      `${spec.name}: nothing in this ferry measures the platform yet`,
      {
        detail: "Without that no gate can be judged. Nothing was begun.",
        remedy: "Use a ferry that can.",
      },
    ),
  ]);
}
