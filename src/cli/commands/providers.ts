/** `ferry providers`: the kinds of resources this version knows, and who serves them. */
import { Command, Option } from "clipanion";
import { FerryCommand } from "../command.js";
import { type Reply, reply } from "../reply.js";

export class ProvidersCommand extends FerryCommand {
  static override paths = [["providers"]];
  static override usage = Command.Usage({
    description: "list the kinds of resources and who serves them",
    examples: [["With how each kind is imported", "ferry providers"]],
  });

  json = Option.Boolean("--json", false, { description: "One JSON document on stdout, for programs" });

  protected override wantsJson(): boolean {
    return this.json;
  }

  protected override async run(): Promise<Reply> {
    const { openRegistry } = await import("../../../providers/registry.js");
    const registry = await openRegistry({});
    const providers = registry.providers.map(({ name, description, kinds }) => ({
      name,
      description,
      kinds: kinds.map(({ kind, importHelp, attributeNames }) => ({
        kind,
        importHelp,
        attributes: [...attributeNames],
      })),
    }));
    await registry.close();
    const blocks = providers.map(({ name, description, kinds }) => {
      const lines = kinds.map(({ kind, importHelp }) => `  ${kind}\n    import: ${importHelp}`);
      return `${name}: ${description}\n${lines.join("\n")}`;
    });
    return reply(blocks.join("\n\n"), { providers });
  }
}
