/** The options of a command as its class declares them: for completion and for "did you mean". Computes only. */
import { Cli, type CommandClass } from "clipanion";

export interface OptionName {
  /** `--out` */
  readonly name: string;
  readonly takesValue: boolean;
  readonly description: string;
}

/** Every long and short name of the options of `command`. */
export function optionsOf(command: CommandClass): OptionName[] {
  const definition = Cli.from(command, { binaryName: "ferry" }).definitions()[0];
  return (definition?.options ?? []).flatMap((option) => {
    const takesValue = option.definition.includes("#");
    const names = (option.definition.split(/\s+#/)[0] ?? "").split(",");
    return names.map((name) => ({ name: name.trim(), takesValue, description: option.description ?? "" }));
  });
}
