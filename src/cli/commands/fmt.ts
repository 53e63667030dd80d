/** `ferry fmt`: puts configuration files into the usual form. A file that is no valid YAML is never written. */
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { Command, Option } from "clipanion";
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.js";
import { ProjectCommand } from "../command.js";
import type { Reply } from "../reply.js";

interface FormattedFile {
  readonly path: string;
  readonly absolute: string;
  readonly before: string;
  readonly after: string;
}

export class FmtCommand extends ProjectCommand {
  static override paths = [["fmt"]];
  static override usage = Command.Usage({
    description: "put configuration files into the usual form",
    details:
      "Indentation, order of the outer keys and line ends; comments and values stay. Prints the files it changed. With --check changes nothing and exits 1 when a file is not in the usual form.",
    examples: [
      ["Everything below the current directory", "ferry fmt"],
      ["In CI", "ferry fmt --check --diff"],
    ],
  });

  check = Option.Boolean("--check", false, {
    description: "Change nothing; exit 1 when something would change",
  });
  diff = Option.Boolean("--diff", false, { description: "Show what changes" });
  files = Option.Rest({ name: "FILE|FOLDER" });

  protected override async run(): Promise<Reply> {
    const { shownPath, yamlFiles } = await import("../yaml-files.js");
    const { formatYaml } = await import("../../config/format.js");
    const directory = this.directory();
    const diagnostics: Diagnostic[] = [];
    const changed: FormattedFile[] = [];
    for (const absolute of await yamlFiles(directory, this.files)) {
      const path = shownPath(directory, absolute);
      const before = await readFile(absolute, "utf8");
      const formatted = formatYaml(before, path);
      diagnostics.push(...formatted.diagnostics);
      if (formatted.value !== undefined && formatted.value !== before)
        changed.push({ path, absolute, before, after: formatted.value });
    }
    if (!this.check) for (const file of changed) await replaceFile(file.absolute, file.after);
    const failed = hasErrors(diagnostics) || (this.check && changed.length > 0);
    const text = await this.text(changed);
    return {
      exitCode: failed ? 1 : 0,
      diagnostics,
      text: () => text,
      data: { changed: changed.map((file) => file.path) },
    };
  }

  private async text(changed: readonly FormattedFile[]): Promise<string> {
    if (!this.diff) return changed.map((file) => file.path).join("\n");
    const { createTwoFilesPatch } = await import("diff");
    return changed
      .map((file) =>
        createTwoFilesPatch(file.path, file.path, file.before, file.after, "", "", { context: 3 }),
      )
      .join("");
  }
}

/** Through a new file, so that a crash leaves the old or the new text. */
async function replaceFile(path: string, text: string): Promise<void> {
  const { mode } = await stat(path);
  const temporary = `${path}.ferry-fmt`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}
