/** Carries out `ferry migrate start`: begins a migration or goes on with one, in this process, until it is over. */
import { type Diagnostic, DiagnosticError, errorDiagnostic, hasErrors } from "../diagnostics/diagnostic.js";
import { changesBetween } from "../migration/audit/changes.js";
import { systemClock } from "../migration/engine/clock.js";
import { type EngineEnd, runMigration } from "../migration/engine/engine.js";
import type { EngineEvent } from "../migration/engine/events.js";
import { isExpired } from "../migration/engine/standing.js";
import { expireArchives } from "../migration/expiry/expire-archives.js";
import { criteriaEvaluator } from "../migration/gates/evaluate.js";
import type { MigrationRecord } from "../migration/model/record.js";
import { hasNothingDone, isOver, isRolledBackWhole } from "../migration/model/standing.js";
import { migrationStatusJson } from "../render/migration/status-json.js";
import { renderMigrationStatus } from "../render/migration/status-text.js";
import { type Interrupts, listenForInterrupts } from "./interrupts.js";
import { whoAsks, whoCarriesOut } from "./migrate-store.js";
import { stamp, viewOf, watchMigration } from "./migrate-view.js";
import type { MigrateRequest, MigrateWorld, OpenWorld } from "./migrate-world.js";
import type { ExitCode, Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface MigrateStartRequest extends MigrateRequest {
  readonly watch: boolean;
  /** End as soon as a person has to do something. */
  readonly noWait: boolean;
  /** Whoever holds it is said to be gone. */
  readonly takeOver: boolean;
}

export async function runMigrateStart(
  request: MigrateStartRequest,
  terminal: Terminal,
  open: OpenWorld,
): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const world = await open(request, interrupts.stop);
    try {
      return await new Start(request, world, terminal, interrupts).run();
    } finally {
      await world.close();
    }
  } finally {
    interrupts.dispose();
  }
}

class Start {
  /** Archives that have expired and are still somewhere. */
  private left: readonly Diagnostic[] = [];

  constructor(
    private readonly request: MigrateStartRequest,
    private readonly world: MigrateWorld,
    private readonly terminal: Terminal,
    private readonly interrupts: Interrupts,
  ) {}

  async run(): Promise<Reply> {
    const record = await this.expired(await this.record());
    const nothingToDo = isOver(record) && record.request === null;
    const diagnostics = [...this.world.diagnostics, ...this.left];
    if (nothingToDo) return this.reply(record, diagnostics, 0);
    const end = await this.carryOut(record);
    return this.reply(end.record, diagnostics, exitCodeOf(end));
  }

  /** The one that was begun; a new one where there is none, or where nothing of it is on the platform. */
  private async record(): Promise<MigrationRecord> {
    const { store } = this.world;
    const name = await this.name();
    const present = name === null ? null : await store.read(name);
    if (present !== null && (present.request !== null || !isReplaceable(present))) return present;
    return this.begin(name, present);
  }

  /** One whose archive is kept no longer is closed, and the archive deleted: there is no way back any more. */
  private async expired(record: MigrationRecord): Promise<MigrationRecord> {
    if (record.status !== "done" || !isExpired(record, Date.now())) return record;
    const { store, audit } = this.world;
    const { diagnostics } = await expireArchives({ store, audit, clock: systemClock, who: whoCarriesOut() });
    this.left = diagnostics;
    return (await store.read(record.id)) ?? record;
  }

  /** An id names one that was begun; everything else is the name of a declaration. */
  private async name(): Promise<string | null> {
    const { wanted, file } = this.request;
    if (file !== null) return this.world.spec(null).name;
    if (wanted !== null) return wanted.replace(/^Migration\//, "");
    return this.world.spec(null).name;
  }

  private async begin(name: string | null, present: MigrationRecord | null): Promise<MigrationRecord> {
    const { store, audit } = this.world;
    const spec = this.world.spec(present?.name ?? name);
    const plan = await this.world.plan(spec, this.interrupts.stop);
    if (hasErrors(plan.diagnostics)) {
      throw new DiagnosticError([...this.world.diagnostics, ...plan.diagnostics]);
    }
    const isSame = present !== null && present.plan.digest === plan.digest && present.past.length === 0;
    if (isSame) return present;
    const made = await store.create(spec, plan, Date.now());
    await audit.append(changesBetween(null, made, whoAsks()), made.createdMs);
    this.say(`${made.name} begins as ${made.id}, plan ${plan.digest}`);
    return made;
  }

  private async carryOut(record: MigrationRecord): Promise<EngineEnd> {
    const { store, audit, planWayBack } = this.world;
    const { interrupts, request } = this;
    const { runner, observer } = await this.world.hands(record, (text) => this.say(text));
    const alerts = this.world.alerts(record.spec, (text) => this.say(text));
    const ended = new AbortController();
    const shown = request.watch ? this.watch(record, ended.signal) : Promise.resolve();
    interrupts.announce(
      "Ending in good order, after the action that runs. Once more ends at once; it is looked at when you start again.",
    );
    try {
      return await runMigration({
        store,
        id: record.id,
        who: whoCarriesOut(),
        force: request.takeOver,
        runner,
        observer,
        evaluate: criteriaEvaluator(record.spec.limits.observationSeconds),
        planWayBack,
        audit,
        clock: systemClock,
        stop: interrupts.stop,
        abort: interrupts.abort,
        endWhenWaiting: request.noWait,
        onEvent: (event) => {
          this.tell(event);
          if (event.kind !== "alert") return;
          // It leaves this machine: without secrets, as on the terminal.
          const text = this.world.redact(event.text);
          alerts.tell({ migration: record.name, id: record.id, atMs: event.atMs, text });
        },
        atEndOfStage: (reached) => this.world.recordStage(reached),
      });
    } finally {
      ended.abort();
      await shown;
      await Promise.allSettled([runner.close(), observer.close(), alerts.settled()]);
    }
  }

  private watch(record: MigrationRecord, signal: AbortSignal): Promise<void> {
    // On a terminal the whole status; elsewhere the events say it all.
    if (!this.terminal.canLive) return Promise.resolve();
    return watchMigration(this.world.store, record, this.terminal, { signal, isOver: () => false });
  }

  private tell({ kind, atMs, text, ...more }: EngineEvent): void {
    const of = "action" in more ? `${more.action}: ` : kind === "alert" ? "ALERT " : "";
    this.terminal.note(`${stamp(atMs)} ${this.world.redact(`${of}${text}`)}`);
  }

  private say(text: string): void {
    this.terminal.note(`${stamp(Date.now())} ${this.world.redact(text)}`);
  }

  private async reply(
    record: MigrationRecord,
    diagnostics: readonly Diagnostic[],
    exitCode: ExitCode,
  ): Promise<Reply> {
    const view = await viewOf(this.world.store, record);
    const colour = this.terminal.colour.out;
    return {
      exitCode,
      diagnostics: [...diagnostics, ...(record.status === "failed" ? [failedDiagnostic(record)] : [])],
      text: () => renderMigrationStatus({ ...view, colour, detailed: false }),
      data: migrationStatusJson(view),
    };
  }
}

/** Nothing of it is on the platform, and nobody has asked for anything: it is planned anew. */
function isReplaceable(record: MigrationRecord): boolean {
  return hasNothingDone(record) && (record.status === "pending" || isRolledBackWhole(record));
}

/** 0 done, 1 failed, 2 stopped before the end. */
function exitCodeOf({ kind, record }: EngineEnd): ExitCode {
  if (kind === "stuck" || record.status === "failed") return 1;
  return kind === "over" && record.status === "done" ? 0 : 2;
}

function failedDiagnostic({ name, reason }: MigrationRecord): Diagnostic {
  return errorDiagnostic("migration-failed", `${name} has stopped: ${reason}`, {
    address: `Migration/${name}`,
    detail: "Everything that was done is recorded.",
    remedy: "`ferry migrate status` says what to do next; docs/migration-runbook.md has the decision trees.",
  });
}
