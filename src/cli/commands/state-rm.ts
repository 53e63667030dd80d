/** `ferry state rm ADDRESS…`: forgets resources; what they stand for stays as it is. */
import { Command, Option } from "clipanion";
import { combineEdits, removeResource } from "../../../state/edit.js";
import { type Reply, reply } from "../reply.js";
import { LockingStateCommand } from "../state-command.js";
import { noSuchRecord, type StateStore } from "../state-store.js";

export class StateRmCommand extends LockingStateCommand {
  static override paths = [["state", "rm"]];
  static override usage = Command.Usage({
    category: "State",
    description: "forget a resource without touching it",
    details: "The servers and znodes stay as they are. `ferry import` takes them over again.",
    examples: [["Hand an ensemble over to somebody else", "ferry state rm ZooKeeperEnsemble/main"]],
  });

  addresses = Option.Rest({ name: "ADDRESS", required: 1 });

  protected override async withStore(store: StateStore): Promise<Reply> {
    const state = await store.read();
    const missing = this.addresses.find((address) => state?.resources[address] === undefined);
    if (missing !== undefined) throw noSuchRecord(missing, state);
    const edits = [...new Set(this.addresses)].map(
      (address) => (current: Parameters<typeof removeResource>[0]) => removeResource(current, address),
    );
    const next = await store.edit((current) => combineEdits(current, edits));
    return reply(this.addresses.map((address) => `forgot ${address}`).join("\n"), {
      forgotten: this.addresses,
      serial: next.serial,
    });
  }
}
