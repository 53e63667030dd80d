/** `ferry state history`: earlier versions of the state, and what one of them held. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { recordedJson } from "../record-text.js";
import { type Reply, reply } from "../reply.js";
import { StateCommand } from "../state-command.js";
import type { StateStore } from "../state-store.js";

export class StateHistoryCommand extends StateCommand {
  static override paths = [["state", "history"]];
  static override usage = Command.Usage({
    category: "State",
    description: "list earlier versions of the state",
    examples: [
      ["All versions that are kept, the newest first", "ferry state history"],
      ["What version 12 held", "ferry state history 12"],
    ],
  });

  serial = Option.String({ name: "SERIAL", required: false });

  protected override async withStore(store: StateStore): Promise<Reply> {
    return this.serial === undefined ? this.list(store) : this.one(store, this.serial);
  }

  private async list(store: StateStore): Promise<Reply> {
    const entries = [...(await store.backend.history())].sort((a, b) => b.serial - a.serial);
    const lines = entries.map((entry) => {
      const commit = entry.commit === null ? "" : `  commit ${entry.commit.slice(0, 12)}`;
      const count = `${entry.resources} resource${entry.resources === 1 ? "" : "s"}`;
      return `${String(entry.serial).padStart(6)}  ${entry.writtenAt}  ${count}  ferry ${entry.ferryVersion}${commit}`;
    });
    return reply(lines.join("\n"), { versions: entries.map((entry) => ({ ...entry })) });
  }

  private async one(store: StateStore, text: string): Promise<Reply> {
    if (!/^\d+$/.test(text)) {
      throw new DiagnosticError([
        errorDiagnostic("usage-serial", `"${text}" is no version of the state`, {
          remedy: "Give a number from `ferry state history`.",
        }),
      ]);
    }
    const state = await store.backend.readHistory(Number(text));
    const records = Object.values(state.resources).sort((a, b) => (a.address < b.address ? -1 : 1));
    const lines = records.map((record) => record.address);
    return reply(lines.join("\n"), { serial: state.serial, resources: records.map(recordedJson) });
  }
}
