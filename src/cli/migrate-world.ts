/**
 * Where a migration meets the world: which parts plan it, carry it out and look at it. The one file that binds them; commands ask for a
 * world, tests give them another one.
 */
import { AlertSender } from "../migration/alerts/sender.js";
import type { AuditSink } from "../migration/audit/event.js";
import type { MigrationPlan } from "../migration/model/plan.js";
import type { ActionRunner, MigrationStore, Observer, PlanWayBack } from "../migration/model/ports.js";
import type { MigrationRecord } from "../migration/model/record.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import { planMigration } from "../migration/plan/plan.js";
import { planWayBack } from "../migration/plan/record.js";
import type { MigrationWorld } from "../migration/world/open-world.js";
import type { ConfigurationRequest } from "./command.js";
import { type DeclaredMigrations, declaredMigrations } from "./migrate-declared.js";
import { handsOf, secretOf } from "./migrate-hands.js";
import { recordPlatform } from "./migrate-state.js";
import { migrationsOf } from "./migrate-store.js";

/** What carries a migration out, and what looks at the platform. */
export interface Hands {
  readonly runner: ActionRunner;
  readonly observer: Observer;
}

export interface MigrateWorld extends DeclaredMigrations {
  readonly store: MigrationStore;
  readonly audit: AuditSink;
  /** Takes secrets out of texts. */
  readonly redact: (text: string) => string;
  readonly planWayBack: PlanWayBack;
  /** Looks at both sides and plans. A plan that refuses says so in its diagnostics. */
  plan(spec: MigrationSpec, signal: AbortSignal): Promise<MigrationPlan>;
  /** Records in the state what a stage deployed, moved and tore down. Rejects with DiagnosticError. */
  recordStage(record: MigrationRecord): Promise<void>;
  /** Connects as far as it is needed; the caller closes both. `log`: one line for people. */
  hands(record: MigrationRecord, log: (text: string) => void): Promise<Hands>;
  /** Tells people who are named in it of what breaks. */
  alerts(spec: MigrationSpec, log: (text: string) => void): AlertSender;
  close(): Promise<void>;
}

/** What a command says of the migration it means, besides the configuration. */
export interface MigrateRequest {
  readonly configuration: ConfigurationRequest;
  /** Name or id; null: the only one. */
  readonly wanted: string | null;
  /** Of `zk-migrate`: the file that declares it, and what the command line says instead of it. */
  readonly file: MigrationFileRequest | null;
  readonly onSecrets: (redact: (text: string) => string) => void;
}

export interface MigrationFileRequest {
  readonly file: string;
  readonly sourceZk: string | undefined;
  readonly targetZk: string | undefined;
}

export type OpenWorld = (request: MigrateRequest, signal: AbortSignal) => Promise<MigrateWorld>;

/** Of a plan that nobody has begun. */
const NOT_BEGUN = "not-begun";

/** Rejects with DiagnosticError. */
export const openMigrateWorld: OpenWorld = async (request, signal) => {
  const declared = await declaredMigrations(request, signal);
  const { settings, registry } = declared;
  try {
    const { store, audit, secrets } = await migrationsOf(settings, request.configuration, signal);
    const own = [...declared.ownSecrets.values()];
    const redact = (text: string): string =>
      own.reduce((shown, secret) => shown.replaceAll(secret, "(secret)"), secrets.redact(text));
    request.onSecrets(redact);
    const bind = (spec: MigrationSpec, migrationId: string, log: (text: string) => void) =>
      handsOf({ spec, migrationId, declared, secrets, log });
    return {
      ...declared,
      store,
      audit,
      redact,
      planWayBack,
      plan: (spec, stop) => surveyed(spec, stop, () => bind(spec, NOT_BEGUN, () => {})),
      hands: async (record, log) => {
        const world = await bind(record.spec, record.id, log);
        world.know(record);
        return handsFrom(world);
      },
      alerts: (spec, log) =>
        new AlertSender({ targets: spec.alerts, secret: secretOf({ declared, secrets }), log }),
      recordStage: (record) => recordPlatform({ record, declared, secrets }),
      close: async () => {
        await Promise.allSettled([store.close(), registry.close()]);
      },
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
};

async function surveyed(
  spec: MigrationSpec,
  signal: AbortSignal,
  open: () => Promise<MigrationWorld>,
): Promise<MigrationPlan> {
  const world = await open();
  try {
    return planMigration(spec, await world.survey(signal));
  } finally {
    await world.close();
  }
}

/** Whoever takes the hands closes the runner, and with it all of the world. */
function handsFrom(world: MigrationWorld): Hands {
  const { runner, observer } = world;
  return {
    runner: {
      run: (action, context) => runner.run(action, context),
      probe: (action, context) => runner.probe(action, context),
      sustain: (record) => runner.sustain(record),
      close: () => world.close(),
    },
    observer,
  };
}
