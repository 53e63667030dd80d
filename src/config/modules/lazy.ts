/**
 * A value that is computed when first asked for. Values of modules depend on each other in any order; one that depends on
 * itself is found here.
 */
export class Lazy<T> {
  private state: "waiting" | "computing" | "done" = "waiting";
  private value: T | undefined;

  constructor(private readonly compute: () => T) {}

  /** The value; `whenCircular()` when it is asked for while it is being computed. */
  get(whenCircular: () => T): T {
    if (this.state === "computing") return whenCircular();
    if (this.state === "waiting") {
      this.state = "computing";
      this.value = this.compute();
      this.state = "done";
    }
    return this.value as T;
  }
}
