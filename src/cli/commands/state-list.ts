/** `ferry state list`. Reads the state, nothing else. */
import { Command, Option } from "clipanion";
import { type Reply, reply } from "../reply.js";
import { StateCommand } from "../state-command.js";
import type { StateStore } from "../state-store.js";

export class StateListCommand extends StateCommand {
  static override paths = [["state", "list"]];
  static override usage = Command.Usage({
    category: "State",
    description: "list recorded resources",
    examples: [
      ["All addresses", "ferry state list"],
      ["Those that begin with a word, of a module, of a kind", "ferry state list ZNode module.zk"],
    ],
  });

  prefixes = Option.Rest({ name: "BEGINNING" });

  protected override async withStore(store: StateStore): Promise<Reply> {
    const state = await store.read();
    const wanted = Object.values(state?.resources ?? {}).filter(
      ({ address }) =>
        this.prefixes.length === 0 || this.prefixes.some((prefix) => address.startsWith(prefix)),
    );
    const records = wanted.sort((a, b) => (a.address < b.address ? -1 : 1));
    const lines = records.map(
      (record) =>
        record.address + (record.intent === undefined ? "" : `  (${record.intent.action} was cut off)`),
    );
    return reply(lines.join("\n"), {
      resources: records.map(({ address, kind, provider, appliedAt, intent }) => ({
        address,
        kind,
        provider,
        appliedAt,
        interrupted: intent?.action ?? null,
      })),
    });
  }
}
