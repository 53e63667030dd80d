/** How a migration has ensembles made and taken away that are declared: through their kind, as `ferry apply` would. */
import type { ZooKeeperSide } from "../model/spec.js";
import type { ControlContext } from "./server-control.js";

export interface EnsembleControl {
  /**
   * Made equal to its declaration and serving. With `snapshot`, a file, an ensemble of which nothing is there begins with its tree. Safe to
   * repeat. Rejects with DiagnosticError.
   */
  deploy(side: ZooKeeperSide, context: ControlContext, snapshot?: string): Promise<void>;
  /** Gone from its hosts. Safe to repeat. Rejects with DiagnosticError. */
  remove(side: ZooKeeperSide, context: ControlContext): Promise<void>;
  /** Whether anything of it is on its hosts. */
  isThere(side: ZooKeeperSide, context: ControlContext): Promise<boolean>;
}
