/** `ferry init`: writes a starting project. Never overwrites a file. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { ProjectCommand } from "../command.js";
import { type Reply, reply } from "../reply.js";

export class InitCommand extends ProjectCommand {
  static override paths = [["init"]];
  static override usage = Command.Usage({
    description: "write a starting project",
    details:
      "Writes a project file, a host and a ZooKeeper ensemble of three servers that works on this machine as it is. A file that is there already is left alone.",
    examples: [
      ["In the current directory", "ferry init"],
      ["In a new one", "ferry init --chdir platform"],
    ],
  });

  name = Option.String("--name", { description: "Name of the project (default: the directory's)" });

  protected override async run(): Promise<Reply> {
    const { startingProject } = await import("../starting-project.js");
    const directory = this.directory();
    const written: string[] = [];
    const kept: string[] = [];
    await makeDirectory(directory);
    for (const file of startingProject(this.name ?? basename(directory))) {
      ((await writeNew(join(directory, file.path), file.content)) ? written : kept).push(file.path);
    }
    return reply(this.text(directory, written, kept), { directory, written, kept });
  }

  private text(directory: string, written: readonly string[], kept: readonly string[]): string {
    const where = relative(process.cwd(), directory);
    const option = where === "" ? "" : ` --chdir ${where}`;
    const lines = [
      ...written.map((path) => `wrote    ${path}`),
      ...kept.map((path) => `kept     ${path} (it was there)`),
    ];
    return `${lines.join("\n")}\n\nNext:\n  ferry validate${option}\n  ferry plan${option}\n  ferry apply${option}`;
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw notWritable(directory, error);
  }
}

/** False when the file is there already. */
async function writeNew(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): DiagnosticError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new DiagnosticError([
    errorDiagnostic("init-not-writable", `cannot write ${path}: ${code}`, {
      detail: "Files written before it are complete; nothing else was changed.",
      remedy: "Choose a directory that this user may write to.",
    }),
  ]);
}
