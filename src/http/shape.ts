/**
 * Reading fields of an answer with a check of their types: what is not as it should be is named by its path. Fields that
 * nobody asks for are never looked at, so that newer and older versions of a service are read alike.
 */
import { isObject, type Json, type JsonObject } from "../value/json.js";

/** Thrown by Shape; the clients make an error of their own of it. */
export class ShapeError extends Error {
  constructor(path: string, wanted: string, found: Json | undefined) {
    super(`${path === "" ? "the answer" : path} should be ${wanted}, and is ${nameOf(found)}`);
    this.name = "ShapeError";
  }
}

function nameOf(value: Json | undefined): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** An object of an answer and where it is in it. */
export class Shape {
  private constructor(
    readonly value: JsonObject,
    private readonly path: string,
  ) {}

  /** Throws ShapeError when it is no object. */
  static of(value: Json | undefined, path = ""): Shape {
    if (!isObject(value)) throw new ShapeError(path, "an object", value);
    return new Shape(value, path);
  }

  /** The items of a list that must be objects. */
  static list(value: Json | undefined, path = ""): Shape[] {
    if (!Array.isArray(value)) throw new ShapeError(path, "a list", value);
    return (value as readonly Json[]).map((item, at) => Shape.of(item, `${path}[${at}]`));
  }

  text(name: string): string {
    const value = this.value[name];
    if (typeof value !== "string") throw new ShapeError(this.at(name), "text", value);
    return value;
  }

  /** Null when it is missing or null. */
  optionalText(name: string): string | null {
    return this.value[name] === undefined || this.value[name] === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.value[name];
    if (typeof value !== "number") throw new ShapeError(this.at(name), "a number", value);
    return value;
  }

  /** `fallback` when it is missing or null. */
  numberOr(name: string, fallback: number): number {
    return this.value[name] === undefined || this.value[name] === null ? fallback : this.number(name);
  }

  flag(name: string): boolean {
    const value = this.value[name];
    if (typeof value !== "boolean") throw new ShapeError(this.at(name), "true or false", value);
    return value;
  }

  object(name: string): Shape {
    return Shape.of(this.value[name], this.at(name));
  }

  optionalObject(name: string): Shape | null {
    return this.value[name] === undefined || this.value[name] === null ? null : this.object(name);
  }

  objects(name: string): Shape[] {
    return Shape.list(this.value[name], this.at(name));
  }

  /** No items when it is missing or null: some services leave lists out when they are empty. */
  optionalObjects(name: string): Shape[] {
    return this.value[name] === undefined || this.value[name] === null ? [] : this.objects(name);
  }

  texts(name: string): string[] {
    const value = this.value[name] ?? [];
    if (!Array.isArray(value)) throw new ShapeError(this.at(name), "a list of texts", value);
    return (value as readonly Json[]).map((item, at) => {
      if (typeof item !== "string") throw new ShapeError(`${this.at(name)}[${at}]`, "text", item);
      return item;
    });
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}
