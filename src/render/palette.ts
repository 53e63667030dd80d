/** Colours as functions, so that renderings know no terminal. */

type Paint = (text: string) => string;

export interface PlanPalette {
  readonly added: Paint;
  readonly removed: Paint;
  readonly changed: Paint;
  readonly warning: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

const asIs: Paint = (text) => text;

export const PLAIN_PLAN_PALETTE: PlanPalette = {
  added: asIs,
  removed: asIs,
  changed: asIs,
  warning: asIs,
  dim: asIs,
  bold: asIs,
};

/** SGR codes (ECMA-48) that every terminal with colours has; the terminal's own theme decides how they look. */
const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const ANSI_PLAN_PALETTE: PlanPalette = {
  added: sgr(32, 39),
  removed: sgr(31, 39),
  changed: sgr(33, 39),
  warning: sgr(33, 39),
  dim: sgr(2, 22),
  bold: sgr(1, 22),
};
