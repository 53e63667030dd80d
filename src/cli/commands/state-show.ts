/** `ferry state show ADDRESS`. Reads the state, nothing else. */
import { Command, Option } from "clipanion";
import { recordedJson, recordText } from "../record-text.js";
import { type Reply, reply } from "../reply.js";
import { StateCommand } from "../state-command.js";
import { noSuchRecord, type StateStore } from "../state-store.js";

export class StateShowCommand extends StateCommand {
  static override paths = [["state", "show"]];
  static override usage = Command.Usage({
    category: "State",
    description: "show the record of one resource",
    details: "What was last applied and last seen. `ferry show ADDRESS` also reads what is live now.",
    examples: [["One record", "ferry state show ZooKeeperEnsemble/main"]],
  });

  address = Option.String({ name: "ADDRESS" });

  protected override async withStore(store: StateStore): Promise<Reply> {
    const state = await store.read();
    const record = state?.resources[this.address];
    if (record === undefined) throw noSuchRecord(this.address, state);
    return reply(await recordText(record), recordedJson(record));
  }
}
