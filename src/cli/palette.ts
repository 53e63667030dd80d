/** How diagnostics are coloured on a terminal. */
import { type Palette, PLAIN_PALETTE } from "../diagnostics/render.js";

/** Colours when they are wanted; the colour library is loaded only then. */
export async function paletteFor(colour: boolean): Promise<Palette> {
  if (!colour) return PLAIN_PALETTE;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return { error: chalk.red, warning: chalk.yellow, strong: chalk.bold, dim: chalk.dim, remedy: chalk.cyan };
}
