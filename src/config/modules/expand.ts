/**
 * Takes modules into a scope, nested ones too, and gives every scope there is. A module that would take in itself is
 * reported with the way that leads there.
 */
import { isObject } from "../../value/json.js";
import { isBroken } from "../expression/binding.js";
import { constantEnvironment, evaluate, LATER } from "../expression/evaluate.js";
import { idOf } from "../overlays.js";
import { Report } from "../report.js";
import { checkSchema } from "../schema-check.js";
import type { MergedDocument } from "../sources.js";
import { folderName, type ModuleLibrary } from "./library.js";
import { addressText, type Scope } from "./scope.js";
import { ModuleUse } from "./use.js";

/** Deeper nesting is taken for a mistake. */
const DEEPEST = 32;

export class ModuleExpander {
  constructor(
    private readonly library: ModuleLibrary,
    private readonly report: Report,
  ) {}

  /** Adds the modules that the scope's documents use. */
  readonly populate = (scope: Scope): void => {
    for (const document of scope.documents) {
      if (document.kind === "Module" && !scope.modules.has(document.name)) this.use(document, scope);
    }
  };

  private use(document: MergedDocument, scope: Scope): void {
    // Inputs and forEach are evaluated when they are needed; here any value will do for them.
    const { value } = evaluate(document.value, { document, path: [] }, LATER, new Report());
    const address = addressText(scope.prefix, document);
    if (!isObject(value) || !checkSchema(document, value, [], this.report, address)) return;
    const spec = isObject(document.value["spec"]) ? document.value["spec"] : {};
    const place = { document, path: ["spec", "source"] };
    const from = evaluate(
      spec["source"] ?? "",
      place,
      constantEnvironment("the source of a module"),
      this.report,
    ).value;
    if (isBroken(from)) return;
    const folder = this.library.folderOf(document, String(from));
    if (folder === null || this.isCircular(document, scope, folder)) return;
    const source = this.library.load(folder);
    if (source === null) return;
    scope.modules.set(
      document.name,
      new ModuleUse({ document, source, scope, populate: this.populate }, this.report),
    );
  }

  private isCircular(document: MergedDocument, scope: Scope, folder: string): boolean {
    const at = scope.folders.indexOf(folder);
    if (at < 0 && scope.folders.length < DEEPEST) return false;
    const way = [...scope.folders.slice(Math.max(at, 0)), folder].map(folderName).join(" → ");
    this.report.error(
      "module-cycle",
      { document, path: ["spec", "source"] },
      `${idOf(document)} makes the module ${folderName(folder)} take in itself`,
      {
        detail: way,
        remedy: "take one of these uses out",
      },
    );
    return true;
  }

  /** `scope` and every scope within it. */
  allScopes(scope: Scope): Scope[] {
    const found = [scope];
    for (const use of scope.modules.values()) {
      use.checkAll();
      for (const inner of use.instances().values()) found.push(...this.allScopes(inner));
    }
    return found;
  }
}
