/**
 * The five commands of `zk-migrate`: another front of the same engine, with the flags that its users know. Each parses, and calls what the
 * command of `ferry migrate` calls.
 */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { ProjectCommand } from "../command.js";
import type { Ask } from "../migrate-ask-run.js";
import { parseStage, parseStageBack, parseStageOrCurrent, required } from "../migrate-command.js";
import type { MigrateRequest, MigrationFileRequest } from "../migrate-world.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

const VALIDATE_MS = 30_000;

abstract class ZkCommand extends ProjectCommand {
  protected request(wanted: string | null, file: MigrationFileRequest | null = null): MigrateRequest {
    return {
      configuration: {
        directory: this.directory(),
        paths: [],
        environment: null,
        variables: [],
        variableFiles: [],
        env: this.context.env,
      },
      wanted,
      file,
      onSecrets: (redact) => {
        this.redact = redact;
      },
    };
  }
}

export class ZkStartCommand extends ZkCommand {
  static override paths = [["start"]];
  static override usage = Command.Usage({
    description: "begin the migration of a file, or go on with it, in this process",
    examples: [
      [
        "Begin",
        "zk-migrate start --source-zk=10.0.1.10:2181 --target-zk=10.1.1.10:2181 --config=migration.yaml",
      ],
    ],
  });

  sourceZk = Option.String("--source-zk", {
    description: "Connect string of the source, instead of the file's",
  });
  targetZk = Option.String("--target-zk", {
    description: "Connect string of the target, instead of the file's",
  });
  config = Option.String("--config", {
    description: "The file that describes the migration",
  });
  watch = Option.Boolean("--watch", false, { description: "Show stages, gates, lag and tasks all the time" });
  noWait = Option.Boolean("--no-wait", false, {
    description: "End as soon as a person has to do something, instead of waiting for it",
  });
  takeOver = Option.Boolean("--take-over", false, {
    description: "Take it over from an engine that is surely gone",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ runMigrateStart }, { openMigrateWorld }] = await Promise.all([
      import("../migrate-start-run.js"),
      import("../migrate-world.js"),
    ]);
    const { config, sourceZk, targetZk, watch, noWait, takeOver } = this;
    const request = this.request(null, { file: required(config, "--config"), sourceZk, targetZk });
    return runMigrateStart({ ...request, watch, noWait, takeOver }, terminal, openMigrateWorld);
  }
}

abstract class ZkExistingCommand extends ZkCommand {
  id = Option.String("--migration-id", {
    description: "Which one: its id or its name; not needed where there is only one",
  });

  protected existing(): MigrateRequest {
    return this.request(this.id ?? null);
  }
}

export class ZkStatusCommand extends ZkExistingCommand {
  static override paths = [["status"]];
  static override usage = Command.Usage({
    description: "show where a migration stands, what it waits for, and what to do next",
    examples: [["Where is it?", "zk-migrate status --migration-id=prod-20240102-0a1b"]],
  });

  watch = Option.Boolean("--watch", false, { description: "Show it again each second until it is over" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateStatus } = await import("../migrate-status-run.js");
    const options = { watch: this.watch, detailed: false, plan: false, detailedExitCode: false };
    return runMigrateStatus({ ...this.existing(), ...options }, terminal);
  }
}

abstract class ZkAskCommand extends ZkExistingCommand {
  protected async ask(ask: Ask, terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk({ ...this.existing(), ask }, terminal);
  }
}

export class ZkAdvanceCommand extends ZkAskCommand {
  static override paths = [["advance"]];
  static override usage = Command.Usage({
    description: "approve a phase, and go on if the migration is paused",
    examples: [["On to phase 3", "zk-migrate advance --migration-id=prod-20240102-0a1b --phase=3 --confirm"]],
  });

  phase = Option.String("--phase", { description: "The phase that may begin: 1 to 6" });
  confirm = Option.Boolean("--confirm", false, { description: "Without it nothing is done" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const stage = parseStage(required(this.phase, "--phase"), "--phase");
    if (!this.confirm) throw notConfirmed(stage);
    return this.ask({ kind: "advance", stage }, terminal);
  }
}

export class ZkRollbackCommand extends ZkAskCommand {
  static override paths = [["rollback"]];
  static override usage = Command.Usage({
    description: "take a migration back to the end of an earlier phase",
    examples: [["Back to phase 2", "zk-migrate rollback --migration-id=prod-20240102-0a1b --to-phase=2"]],
  });

  to = Option.String("--to-phase", {
    description: "The phase whose end it goes back to; 0: before phase 1",
  });
  reason = Option.String("--reason", "", { description: "Why, for the record and the audit log" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const to = parseStageBack(required(this.to, "--to-phase"), "--to-phase");
    return this.ask({ kind: "roll-back", to, reason: this.reason }, terminal);
  }
}

export class ZkValidateCommand extends ZkExistingCommand {
  static override paths = [["validate"]];
  static override usage = Command.Usage({
    description: "look whether everything holds that must hold after a phase",
    examples: [["Is all well?", "zk-migrate validate --migration-id=prod-20240102-0a1b --phase=current"]],
  });

  phase = Option.String("--phase", "current", { description: "A phase, 0 for before the first, or current" });
  config = Option.String("--config", {
    description: "The file that describes the migration, for its secrets",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ runMigrateValidate }, { openMigrateWorld }] = await Promise.all([
      import("../migrate-validate-run.js"),
      import("../migrate-world.js"),
    ]);
    const { config } = this;
    const file = config === undefined ? null : { file: config, sourceZk: undefined, targetZk: undefined };
    const request = this.request(this.id ?? null, file);
    const stage = parseStageOrCurrent(this.phase, "--phase");
    return runMigrateValidate({ ...request, stage, timeoutMs: VALIDATE_MS }, terminal, openMigrateWorld);
  }
}

function notConfirmed(stage: number): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-confirm", `phase ${stage} is not approved: --confirm is missing`, {
      detail: "Nothing was changed.",
      remedy: `Look at it with \`zk-migrate status\`, then say so: zk-migrate advance --phase=${stage} --confirm`,
    }),
  ]);
}
