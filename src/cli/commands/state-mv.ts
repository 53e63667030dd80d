/** `ferry state mv FROM TO`: a new address for a record; nothing is touched but the state. */
import { Command, Option } from "clipanion";
import { moveResource } from "../../../state/edit.js";
import { type Reply, reply } from "../reply.js";
import { LockingStateCommand } from "../state-command.js";
import { noSuchRecord, type StateStore } from "../state-store.js";

export class StateMvCommand extends LockingStateCommand {
  static override paths = [["state", "mv"]];
  static override usage = Command.Usage({
    category: "State",
    description: "give a record another address",
    details:
      "For a resource that was renamed in the configuration and shall be kept. `moved` in ferry.yaml does the same in a way that is reviewed with the plan.",
    examples: [["After renaming", "ferry state mv ZNode/old ZNode/new"]],
  });

  from = Option.String({ name: "FROM" });
  to = Option.String({ name: "TO" });

  protected override async withStore(store: StateStore): Promise<Reply> {
    const state = await store.read();
    if (state === null || state.resources[this.from] === undefined) throw noSuchRecord(this.from, state);
    const next = await store.edit((current) => moveResource(current, this.from, this.to));
    return reply(`moved ${this.from} to ${this.to}`, { from: this.from, to: this.to, serial: next.serial });
  }
}
