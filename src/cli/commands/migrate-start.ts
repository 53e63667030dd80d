/** `ferry migrate start`: begin a migration, or go on with one, in this process. */
import { Command, Option } from "clipanion";
import { MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateStartCommand extends MigrateCommand {
  static override paths = [["migrate", "start"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "begin a migration, or go on with one, in this process",
    details:
      "Carries the migration out until it is over: it keeps the synchronisation running, waits for approvals and takes up what is asked with the other commands within a second. Ctrl-C ends it in good order; after any end, also kill -9, start it again: it goes on where it stopped. Exit code 0: done, 1: an action failed, 2: it stopped before the end.",
    examples: [
      ["Begin, and see how it goes", "ferry migrate start move-to-b --watch"],
      ["In CI: end as soon as a person has to do something", "ferry migrate start move-to-b --no-wait"],
      ["The machine that carried it out is lost", "ferry migrate start move-to-b --take-over"],
    ],
  });

  watch = Option.Boolean("--watch", false, {
    description: "Show stages, gates, lag and tasks all the time",
  });
  noWait = Option.Boolean("--no-wait", false, {
    description: "End (exit code 2) as soon as a person has to do something, instead of waiting for it",
  });
  takeOver = Option.Boolean("--take-over", false, {
    description: "Take it over from an engine that is surely gone; should it live on, its writes are refused",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ runMigrateStart }, { openMigrateWorld }] = await Promise.all([
      import("../migrate-start-run.js"),
      import("../migrate-world.js"),
    ]);
    const { watch, noWait, takeOver } = this;
    return runMigrateStart({ ...this.migrateRequest(), watch, noWait, takeOver }, terminal, openMigrateWorld);
  }
}
