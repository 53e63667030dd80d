/**
 * Which resources a plan covers: --target with all it needs, --exclude with all that needs it. Computes sets of addresses
 * only.
 */
import { type Diagnostic, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/suggestion.js";
import { closure, type Dependencies, reversed } from "./graph.js";
import type { PlanInput } from "./input.js";

export interface Selection {
  readonly covers: (address: string) => boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** `needs` as in Ordering: what must be right before each one. */
export function select(selection: PlanInput["selection"], needs: Dependencies): Selection {
  const { targets, excludes } = selection;
  if (targets.length === 0 && excludes.length === 0) return { covers: () => true, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const named = (patterns: readonly string[], option: string): string[] =>
    patterns.flatMap((pattern) => {
      const found = addressesNamed(pattern, needs);
      if (found.length === 0) diagnostics.push(unknownAddress(pattern, option, needs));
      return found;
    });
  const wanted = targets.length === 0 ? null : closure(named(targets, "--target"), needs);
  const unwanted = closure(named(excludes, "--exclude"), reversed(needs));
  return {
    covers: (address) => (wanted === null || wanted.has(address)) && !unwanted.has(address),
    diagnostics,
  };
}

/** An address, a module (`module.zk`, `module.zk["a"]`) for all that is in it, or a kind (`ZNode/*`) for all of it. */
function addressesNamed(pattern: string, needs: Dependencies): string[] {
  if (needs.has(pattern)) return [pattern];
  const inside = pattern.endsWith("/*") ? pattern.slice(0, -1) : `${pattern}.`;
  const instance = `${pattern}[`;
  const isModule = /(^|\.)module\.[^.[\]/]+(\["(?:[^"\\]|\\.)*"\])?$/.test(pattern);
  if (!isModule && !pattern.endsWith("/*")) return [];
  return [...needs.keys()].filter(
    (address) => address.startsWith(inside) || (isModule && address.startsWith(instance)),
  );
}

function unknownAddress(pattern: string, option: string, needs: Dependencies): Diagnostic {
  return errorDiagnostic("unknown-target", `${option} ${pattern}: there is no such resource`, {
    detail: "Neither the configuration nor the state has it.",
    remedy: `${sentence(didYouMean(pattern, needs.keys(), "resource"))} Modules (module.NAME) and kinds (KIND/*) can be named too.`,
  });
}

function sentence(text: string): string {
  const full = /[.?!]$/.test(text) ? text : `${text}.`;
  return `${full.slice(0, 1).toUpperCase()}${full.slice(1)}`;
}
