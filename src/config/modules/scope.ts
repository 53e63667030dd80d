/**
 * A scope: the documents of the project, or of one instance of a module, with the variables they see. Names are looked up
 * in the own scope first, then outwards.
 */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { type Binding, BROKEN_BINDING, stepInto } from "../expression/binding.js";
import { type Environment, referenceValue } from "../expression/evaluate.js";
import type { AddressParts, Reference, Step } from "../expression/template.js";
import { idOf } from "../overlays.js";
import type { Report } from "../report.js";
import type { MergedDocument, Place } from "../sources.js";
import type { Lazy } from "./lazy.js";
import type { ModuleUse } from "./use.js";

/** An address as in `module.x["a"].Kind/name`. */
export function addressText(
  prefix: string,
  document: { readonly kind: string; readonly name: string },
): string {
  return `${prefix}${idOf(document)}`;
}

export function modulePrefix(name: string, key: string | null): string {
  return key === null ? `module.${name}.` : `module.${name}[${JSON.stringify(key)}].`;
}

function partsText(parts: AddressParts): string {
  const modules = parts.modules.map((module) => modulePrefix(module.name, module.key)).join("");
  return `${modules}${parts.kind}/${parts.name}`;
}

export interface Declared {
  readonly scope: Scope;
  readonly document: MergedDocument;
}

export interface ScopeParts {
  /** Ends with a dot; empty for the project. */
  readonly prefix: string;
  readonly parent: Scope | null;
  /** The Module document that takes it in; null for the project. */
  readonly module: MergedDocument | null;
  /** In words, for errors. */
  readonly where: string;
  /** Folders of the modules that this one is in, outermost first. */
  readonly folders: readonly string[];
  readonly documents: readonly MergedDocument[];
  readonly variables: ReadonlyMap<string, Lazy<Binding>>;
}

/** Beyond this many different mistakes no nearest name is looked for: it would take longer than reading the files. */
const MOST_SUGGESTIONS = 100;

export class Scope implements Environment {
  readonly prefix: string;
  readonly parent: Scope | null;
  readonly module: MergedDocument | null;
  readonly where: string;
  readonly folders: readonly string[];
  readonly each = null;
  readonly modules = new Map<string, ModuleUse>();
  private readonly byId = new Map<string, MergedDocument>();
  private readonly remedies = new Map<string, string>();

  constructor(
    private readonly parts: ScopeParts,
    private readonly report: Report,
  ) {
    ({
      prefix: this.prefix,
      parent: this.parent,
      module: this.module,
      where: this.where,
      folders: this.folders,
    } = parts);
    for (const document of parts.documents)
      if (!this.byId.has(idOf(document))) this.byId.set(idOf(document), document);
  }

  get documents(): readonly MergedDocument[] {
    return this.parts.documents;
  }

  ids(): Iterable<string> {
    return this.byId.keys();
  }

  variable(name: string): Binding | undefined {
    return this.parts.variables.get(name)?.get(() => {
      const where: Place | null =
        this.module === null ? null : { document: this.module, path: ["spec", "inputs", name] };
      this.report.error("module-cycle", where, `the input "${name}" of ${this.where} depends on itself`, {
        remedy: "break the circle: one of the inputs or outputs on it must be given plainly",
      });
      return BROKEN_BINDING;
    });
  }

  variableNames(): Iterable<string> {
    return this.parts.variables.keys();
  }

  /** The document that an address names here, without looking outwards. */
  private declaredHere(parts: AddressParts): Declared | undefined {
    let scope: Scope | undefined = this;
    for (const { name, key } of parts.modules) {
      scope = scope?.modules.get(name)?.instances().get(key);
    }
    const document = scope?.byId.get(`${parts.kind}/${parts.name}`);
    return scope === undefined || document === undefined ? undefined : { scope, document };
  }

  /** The document that an address names, looking outwards. */
  declared(parts: AddressParts): Declared | undefined {
    const [first] = parts.modules;
    // Addresses that are absolute already begin at the project.
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const found =
        first === undefined || scope.modules.has(first.name) ? scope.declaredHere(parts) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Everything that could be meant by an address here. */
  private choices(): Set<string> {
    const names = new Set<string>();
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent)
      for (const id of scope.ids()) names.add(id);
    return names;
  }

  /** What to do about a name that is not there; looked up once per name, since many may make the same mistake. */
  private remedyFor(text: string): string {
    const known = this.remedies.get(text);
    if (known !== undefined) return known;
    const remedy =
      this.remedies.size < MOST_SUGGESTIONS
        ? didYouMean(text, this.choices(), "resource")
        : "correct the address";
    this.remedies.set(text, remedy);
    return remedy;
  }

  /** Reports an address that names nothing. */
  reportUnknown(parts: AddressParts, place: Place): void {
    if (this.report.doubtful.has(parts.name)) return;
    const text = partsText(parts);
    this.report.error("unknown-reference", place, `there is no ${text}`, { remedy: this.remedyFor(text) });
  }

  resource(reference: Reference & { kind: "resource" }, place: Place): Binding | undefined {
    const { address, steps } = reference;
    if (address.kind === "Module" && address.modules.length === 0)
      return this.output(address.name, steps, place);
    const found = this.declared(address);
    if (found === undefined || found.document.kind === "Module") {
      this.reportUnknown(address, place);
      return undefined;
    }
    const path = pathOf(found.document, steps);
    if (path === undefined) {
      this.report.error("unknown-field", place, `${reference.text}: no such item in ${partsText(address)}`, {
        remedy: "name an item that is in the list: [id=…], or [0] for the first",
      });
      return undefined;
    }
    return { value: referenceValue(addressText(found.scope.prefix, found.document), path), sensitive: [] };
  }

  private output(name: string, steps: readonly Step[], place: Place): Binding | undefined {
    let scope: Scope | null = this;
    while (scope !== null && !scope.modules.has(name)) scope = scope.parent;
    const use = scope?.modules.get(name);
    if (use === undefined) {
      const declared = this.declared({ modules: [], kind: "Module", name });
      // A module that could not be read was reported where it is declared.
      if (declared === undefined) this.reportUnknown({ modules: [], kind: "Module", name }, place);
      return undefined;
    }
    return use.output(steps, place);
  }
}

/** Steps as the path of a reference; undefined when an item that is named by a field is not there. */
function pathOf(document: MergedDocument, steps: readonly Step[]): string[] | undefined {
  let at: Binding | undefined = { value: document.value["spec"] ?? {}, sensitive: [] };
  const path: string[] = [];
  for (const step of steps) {
    const next: Binding | undefined = at === undefined ? undefined : stepInto(at, step);
    if (typeof step === "object") {
      // A list that comes from elsewhere cannot be looked into yet.
      if (next === undefined && Array.isArray(at?.value)) return undefined;
      path.push(`[${step.field}=${step.equals}]`);
    } else path.push(String(step));
    at = next;
  }
  return path;
}
