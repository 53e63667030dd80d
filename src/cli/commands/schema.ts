/** `ferry schema [KIND]`: the published JSON Schemas, for editors. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { FerryCommand } from "../command.js";
import { type Reply, reply } from "../reply.js";

export class SchemaCommand extends FerryCommand {
  static override paths = [["schema"]];
  static override usage = Command.Usage({
    description: "print the JSON Schema of a kind, for editors",
    details:
      "Without a kind lists the kinds. With --all prints one schema for every document, which is what an editor's YAML extension wants. The output is JSON Schema as it is, without ferry's usual envelope.",
    examples: [
      ["All kinds", "ferry schema"],
      ["One kind", "ferry schema ZooKeeperEnsemble"],
      ["For VS Code's yaml.schemas", "ferry schema --all > ferry.schema.json"],
    ],
  });

  kind = Option.String({ name: "KIND", required: false });
  all = Option.Boolean("--all", false, { description: "One schema for every kind of document" });

  protected override async run(): Promise<Reply> {
    const schemas = await import("../../schema/published.js");
    if (this.all) return reply(JSON.stringify(schemas.publishedBundle(), null, 2), null);
    if (this.kind === undefined) {
      const kinds = schemas.listSchemas();
      return reply(kinds.map(({ kind, description }) => `${kind.padEnd(20)}${description}`).join("\n"), null);
    }
    const schema = schemas.publishedSchema(this.kind);
    if (schema === undefined)
      throw await unknownKind(
        this.kind,
        schemas.listSchemas().map(({ kind }) => kind),
      );
    return reply(JSON.stringify(schema, null, 2), null);
  }
}

async function unknownKind(kind: string, known: readonly string[]): Promise<DiagnosticError> {
  const { nearest } = await import("../../diagnostics/suggestion.js");
  const near = nearest(kind, known);
  return new DiagnosticError([
    errorDiagnostic("usage-kind", `there is no kind ${kind}`, {
      remedy: near === undefined ? `Give one of: ${known.join(", ")}.` : `Did you mean ${near}?`,
    }),
  ]);
}
