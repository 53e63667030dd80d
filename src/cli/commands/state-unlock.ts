/** `ferry state unlock [ID]`: removes a lock whose owner is gone. Without an id only says who holds it. */
import { Command, Option } from "clipanion";
import { describeOwner } from "../../../state/owner.js";
import { type Reply, reply } from "../reply.js";
import { StateCommand } from "../state-command.js";
import type { StateStore } from "../state-store.js";

export class StateUnlockCommand extends StateCommand {
  static override paths = [["state", "unlock"]];
  static override usage = Command.Usage({
    category: "State",
    description: "remove a lock whose owner is gone",
    details:
      "Without an id shows who holds the lock and whether that process still runs. Removing the lock of a running apply lets two of them change the same servers at once.",
    examples: [
      ["Who holds it", "ferry state unlock"],
      ["Remove it", "ferry state unlock 6f1c2c4e-5f0e-4bb0-a4c5-0d9c7d5ef2a1"],
    ],
  });

  id = Option.String({ name: "ID", required: false });

  protected override async withStore(store: StateStore): Promise<Reply> {
    if (this.id !== undefined) {
      await store.backend.unlock(this.id);
      return reply(`removed the lock ${this.id}`, { removed: this.id });
    }
    const held = await store.backend.lockHolder();
    if (held === null) return reply("the state is not locked", { holder: null });
    const { owner, stale } = held;
    const verdict = stale
      ? `Its owner is gone${held.reason === undefined ? "" : ` (${held.reason})`}.`
      : "Its owner may still be at work.";
    return reply(`${describeOwner(owner)}\n${verdict}\nTo remove it: ferry state unlock ${owner.id}`, {
      holder: { ...owner },
      stale,
      reason: held.reason ?? null,
    });
  }
}
