/** `ferry completion SHELL`. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { FerryCommand } from "../command.js";
import { type Reply, reply } from "../reply.js";

export class CompletionCommand extends FerryCommand {
  static override paths = [["completion"]];
  static override usage = Command.Usage({
    description: "print a completion script for bash, zsh or fish",
    examples: [
      ["In ~/.bashrc", "source <(ferry completion bash)"],
      ["In ~/.zshrc, after compinit", "source <(ferry completion zsh)"],
      ["In ~/.config/fish/config.fish", "ferry completion fish | source"],
    ],
  });

  shell = Option.String({ name: "SHELL" });

  protected override async run(): Promise<Reply> {
    const { SHELLS, completionScript } = await import("../completion-scripts.js");
    const shell = SHELLS.find((name) => name === this.shell);
    if (shell === undefined) {
      throw new DiagnosticError([
        errorDiagnostic("usage-shell", `there is no completion for "${this.shell}"`, {
          remedy: `Give one of: ${SHELLS.join(", ")}.`,
        }),
      ]);
    }
    const { COMMANDS } = await import("../command-table.js");
    const { optionsOf } = await import("../option-names.js");
    const commands = await Promise.all(
      COMMANDS.map(async ({ words, summary, load }) => ({
        words,
        summary,
        options: optionsOf(await load()),
      })),
    );
    return reply(completionScript(shell, commands), null);
  }
}
