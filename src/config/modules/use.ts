/**
 * One use of a module: its instances (one, or one per entry of forEach), their inputs and their outputs, all computed when
 * first asked for.
 */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { isExpression } from "../../value/expression.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import {
  type Binding,
  BROKEN_BINDING,
  isBroken,
  isOfType,
  plain,
  stepInto,
  typeOf,
  wholeSensitive,
} from "../expression/binding.js";
import { type Environment, evaluate } from "../expression/evaluate.js";
import type { Step } from "../expression/template.js";
import type { Report } from "../report.js";
import { type MergedDocument, originOf, type Place } from "../sources.js";
import { defaultOf, type VariableDeclaration } from "../variables.js";
import { Lazy } from "./lazy.js";
import type { ModuleSource } from "./library.js";
import { modulePrefix, Scope } from "./scope.js";

export interface UseParts {
  readonly document: MergedDocument;
  readonly source: ModuleSource;
  /** The scope in which the Module document stands. */
  readonly scope: Scope;
  /** Gives a new scope the modules that are used in it. */
  readonly populate: (scope: Scope) => void;
}

interface Entry {
  readonly key: string | null;
  readonly value: Binding;
}

export class ModuleUse {
  private readonly lazyInstances: Lazy<Map<string | null, Scope>>;
  private readonly outputs = new Map<Scope, Map<string, Lazy<Binding>>>();
  private readonly spec: JsonObject;

  constructor(
    private readonly parts: UseParts,
    private readonly report: Report,
  ) {
    const spec = parts.document.value["spec"];
    this.spec = isObject(spec) ? spec : {};
    this.lazyInstances = new Lazy(() => this.instantiate());
  }

  get document(): MergedDocument {
    return this.parts.document;
  }

  private place(...path: string[]): Place {
    return { document: this.parts.document, path: ["spec", ...path] };
  }

  /** By key of forEach; without forEach one under null. */
  instances(): ReadonlyMap<string | null, Scope> {
    return this.lazyInstances.get(() => {
      this.report.error(
        "module-cycle",
        this.place("forEach"),
        `forEach of Module/${this.parts.document.name} depends on the module itself`,
        { remedy: "compute the map from variables, or from other modules" },
      );
      return new Map();
    });
  }

  private entries(): Entry[] {
    const written = this.spec["forEach"];
    if (written === undefined) return [{ key: null, value: plain(null) }];
    const place = this.place("forEach");
    const map = evaluate(written, place, this.parts.scope, this.report);
    if (isBroken(map.value)) return [];
    if (isExpression(map.value)) {
      this.report.error(
        "not-constant",
        place,
        "forEach must be known before anything is applied, and refers to a resource",
        { remedy: "give the map by a variable or plainly" },
      );
      return [];
    }
    if (!isObject(map.value)) {
      this.report.error("wrong-type", place, `forEach must be a map, and is a ${typeOf(map.value)}`, {
        remedy: `write a map: the key is part of the addresses, the value is \${each.value}`,
      });
      return [];
    }
    return Object.keys(map.value).map((key) => ({ key, value: stepInto(map, key) ?? plain(null) }));
  }

  private instantiate(): Map<string | null, Scope> {
    this.checkInputNames();
    return new Map(this.entries().map((entry) => [entry.key, this.instance(entry)]));
  }

  private checkInputNames(): void {
    const given = this.spec["inputs"];
    const { inputs } = this.parts.source;
    for (const name of isObject(given) ? Object.keys(given) : []) {
      if (inputs.has(name)) continue;
      this.report.error(
        "unknown-input",
        { ...this.place("inputs", name), target: "key" },
        `Module/${this.parts.document.name}: the module has no input "${name}"`,
        {
          remedy: didYouMean(name, inputs.keys(), "input"),
        },
      );
    }
  }

  private instance(entry: Entry): Scope {
    const { document, source, scope } = this.parts;
    const each = entry.key === null ? null : { key: plain(entry.key), value: entry.value };
    const outer: Environment = {
      where: scope.where,
      variable: (name) => scope.variable(name),
      variableNames: () => scope.variableNames(),
      each,
      resource: (reference, place) => scope.resource(reference, place),
    };
    const variables = new Map(
      [...source.inputs.values()].map((input) => [input.name, new Lazy(() => this.input(input, outer))]),
    );
    const inner = new Scope(
      {
        prefix: `${scope.prefix}${modulePrefix(document.name, entry.key)}`,
        parent: scope,
        module: document,
        where: `Module/${document.name}`,
        folders: [...scope.folders, source.folder],
        documents: source.documents,
        variables,
      },
      this.report,
    );
    this.parts.populate(inner);
    return inner;
  }

  private input(input: VariableDeclaration, outer: Environment): Binding {
    const given = this.spec["inputs"];
    const written = isObject(given) ? given[input.name] : undefined;
    if (written === undefined || written === null) return this.defaultInput(input);
    const place = this.place("inputs", input.name);
    const binding = evaluate(written, place, outer, this.report);
    if (!isOfType(binding.value, input.type)) {
      this.report.error(
        "wrong-type",
        place,
        `the input "${input.name}" of Module/${this.parts.document.name} is a ${input.type}, and this is a ${typeOf(binding.value)}`,
        {
          remedy: input.type === "string" ? "quote it to make it text" : `give a ${input.type}`,
          masked: input.sensitive || binding.sensitive.length > 0,
        },
      );
      return BROKEN_BINDING;
    }
    // Files named in an input are relative to the file that gives the input, not to the module's.
    const folder = originOf(place.document, place.path).file.directory;
    const folders = [{ path: [], folder }, ...(binding.folders ?? [])];
    return { ...(input.sensitive ? wholeSensitive(binding.value) : binding), folders };
  }

  private defaultInput(input: VariableDeclaration): Binding {
    const fallback = defaultOf(input, this.report);
    if (fallback !== undefined) return input.sensitive ? wholeSensitive(fallback) : plain(fallback);
    this.report.error(
      "missing-input",
      { ...this.place("inputs"), target: "key" },
      `Module/${this.parts.document.name} does not give the input "${input.name}"`,
      {
        remedy: `add ${input.name} (${input.type}) to spec.inputs`,
        detail: `the module declares it without a default`,
      },
    );
    return BROKEN_BINDING;
  }

  /** Evaluates every input and output, so that faults of unused ones are found too. */
  checkAll(): void {
    for (const inner of this.instances().values()) {
      for (const name of inner.variableNames()) inner.variable(name);
      for (const name of this.parts.source.outputs.keys()) this.outputOf(inner, name, this.place("source"));
    }
  }

  /** `${Module/x.output…}`, with forEach `${Module/x["key"].output…}`. */
  output(steps: readonly Step[], place: Place): Binding | undefined {
    const instances = this.instances();
    const rest = [...steps];
    const each = this.spec["forEach"] !== undefined;
    const key = each ? rest.shift() : null;
    const inner = instances.get(key === null ? null : String(key));
    const text = `Module/${this.parts.document.name}`;
    if (inner === undefined) {
      if (instances.size > 0 || !each) {
        this.report.error(
          "unknown-reference",
          place,
          `${text} has no instance ${key === undefined ? "without a key" : JSON.stringify(key)}`,
          {
            remedy: `write \${${text}["key"].output} with a key of forEach: ${[...instances.keys()].join(", ")}`,
          },
        );
      }
      return undefined;
    }
    const name = rest.shift();
    if (typeof name !== "string" || !this.parts.source.outputs.has(name)) {
      this.report.error(
        "unknown-field",
        place,
        name === undefined
          ? `${text} is no value: name one of its outputs`
          : `${text} has no output "${String(name)}"`,
        {
          remedy: didYouMean(String(name ?? ""), this.parts.source.outputs.keys(), "output"),
        },
      );
      return undefined;
    }
    return this.stepsInto(this.outputOf(inner, name, place), rest, `${text}.${name}`, place);
  }

  private stepsInto(
    binding: Binding,
    steps: readonly Step[],
    text: string,
    place: Place,
  ): Binding | undefined {
    let at = binding;
    for (const step of steps) {
      if (isBroken(at.value)) return undefined;
      const next = isExpression(at.value) ? deeper(at, step) : stepInto(at, step);
      if (next === undefined) {
        this.report.error("unknown-field", place, `${text} has nothing at ${JSON.stringify(step)}`, {
          remedy: "correct the reference, or the module's outputs",
        });
        return undefined;
      }
      at = next;
    }
    return at;
  }

  private outputOf(inner: Scope, name: string, place: Place): Binding {
    let cells = this.outputs.get(inner);
    if (cells === undefined) {
      cells = new Map(
        [...this.parts.source.outputs].map(([output, { expression, place: at }]) => [
          output,
          new Lazy(() => evaluate(expression, at, inner, this.report)),
        ]),
      );
      this.outputs.set(inner, cells);
    }
    const cell = cells.get(name);
    if (cell === undefined) return BROKEN_BINDING;
    return cell.get(() => {
      this.report.error(
        "module-cycle",
        place,
        `the output "${name}" of Module/${this.parts.document.name} depends on itself`,
        { remedy: "break the circle: one of the inputs or outputs on it must be given plainly" },
      );
      return BROKEN_BINDING;
    });
  }
}

/** A field of a whole resource that an output refers to. */
function deeper(binding: Binding, step: Step): Binding | undefined {
  const parts = isExpression(binding.value) ? binding.value.$expression : [];
  const [only] = parts;
  if (parts.length !== 1 || only === undefined || typeof only === "string" || typeof step === "object")
    return undefined;
  const value: Json = { $expression: [{ address: only.address, path: [...only.path, String(step)] }] };
  return { value, sensitive: binding.sensitive };
}
