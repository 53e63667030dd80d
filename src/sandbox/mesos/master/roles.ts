/** Quotas and weights of roles: checked as Mesos checks them, written to the registry, then in force. */
import type { QuotaConfig } from "../model/records.js";
import { quantitiesText } from "../model/resource-text.js";
import { roleProblem } from "../model/role.js";
import { type Context, type Refusal, refusal } from "./context.js";
import type { Offers } from "./offers.js";
import { updateQuota, updateWeights } from "./registry-operations.js";

const BYPASS = "(use 'force' flag to bypass this check)";

export class Roles {
  constructor(
    private readonly context: Context,
    private readonly offers: Offers,
  ) {}

  async updateQuota(configs: readonly QuotaConfig[], force: boolean): Promise<Refusal | null> {
    for (const config of configs) {
      const problem = this.configProblem(config);
      if (problem !== null) return problem;
    }
    if (!force) {
      const problem = this.usageProblem(configs) ?? this.capacityProblem(configs);
      if (problem !== null) return problem;
    }
    await this.store(configs);
    return null;
  }

  private configProblem({ role, guarantees, limits }: QuotaConfig): Refusal | null {
    if (role.includes("/"))
      return refusal(400, `Updating quota on nested role '${role}' is not supported yet`);
    const invalid = roleProblem(role);
    if (invalid !== null) return refusal(400, `Invalid QuotaConfig: Invalid role name '${role}': ${invalid}`);
    if (role === "*")
      return refusal(
        400,
        "Invalid QuotaConfig: Invalid role name '*': setting quota for the default '*' role is not supported",
      );
    for (const [name, milli] of guarantees) {
      const limit = limits.get(name);
      if (limit === undefined || milli <= limit) continue;
      const inner = `'QuotaConfig.guarantees' ${mapText(guarantees)} is not contained within the 'QuotaConfig.limits' ${mapText(limits)}`;
      return refusal(400, `Invalid QuotaConfig: ${inner}`);
    }
    return null;
  }

  private usageProblem(configs: readonly QuotaConfig[]): Refusal | null {
    for (const { role, limits } of configs) {
      const consumed = this.context.cluster.consumed(role);
      if (![...limits].some(([name, limit]) => (consumed.get(name) ?? 0) > limit)) continue;
      const used = quantitiesText(consumed);
      const wanted = quantitiesText(limits);
      const text = `Role '${role}' is already consuming '${used}'; this is more than the requested limits '${wanted}' ${BYPASS}`;
      return refusal(400, `Invalid QuotaConfig: ${text}`);
    }
    return null;
  }

  private capacityProblem(configs: readonly QuotaConfig[]): Refusal | null {
    const sums = this.guaranteed(configs);
    const { total } = this.context.cluster;
    if (![...sums].some(([name, milli]) => milli > (total.get(name) ?? 0))) return null;
    const text = `total quota guarantees '${quantitiesText(sums)}' exceed cluster capacity '${quantitiesText(total)}' ${BYPASS}`;
    return refusal(400, `Invalid QuotaConfig: ${text}`);
  }

  /** Of all roles, with these in place of theirs. */
  private guaranteed(configs: readonly QuotaConfig[]): Map<string, number> {
    const all = new Map(this.context.cluster.quotas);
    for (const config of configs) all.set(config.role, config);
    const sums = new Map<string, number>();
    for (const { guarantees } of all.values()) {
      for (const [name, milli] of guarantees) sums.set(name, (sums.get(name) ?? 0) + milli);
    }
    return sums;
  }

  private async store(configs: readonly QuotaConfig[]): Promise<void> {
    await this.context.registry.apply(updateQuota(configs));
    for (const config of configs) this.context.cluster.quotas.set(config.role, config);
    this.offers.soon();
  }

  /** POST /quota: the guarantee is the limit too. */
  async setLegacyQuota(
    role: string,
    guarantee: ReadonlyMap<string, number>,
    force: boolean,
  ): Promise<Refusal | null> {
    const config: QuotaConfig = { role, guarantees: guarantee, limits: guarantee };
    const known = this.context.cluster.quotas.get(role);
    if (known !== undefined && known.guarantees.size > 0) {
      return refusal(
        400,
        "Failed to validate set quota request: Can not set quota for a role that already has quota",
      );
    }
    const problem = this.configProblem(config);
    if (problem !== null) return problem;
    const sums = this.guaranteed([config]);
    const { total } = this.context.cluster;
    if (!force && [...sums].some(([name, milli]) => milli > (total.get(name) ?? 0))) {
      const text = `Total quota guarantees '${quantitiesText(sums)}' exceed cluster capacity '${quantitiesText(total)}'`;
      return refusal(
        409,
        `Quota guarantees overcommit the cluster (use 'force' to bypass this check): ${text}`,
      );
    }
    await this.store([config]);
    return null;
  }

  async removeLegacyQuota(role: string, path: string): Promise<Refusal | null> {
    const known = this.context.cluster.quotas.get(role);
    if (known === undefined || known.guarantees.size + known.limits.size === 0) {
      return refusal(400, `Failed to remove quota for path '${path}': Role '${role}' has no quota set`);
    }
    await this.store([{ role, guarantees: new Map(), limits: new Map() }]);
    return null;
  }

  async updateWeights(
    weights: readonly { readonly role: string; readonly weight: number }[],
  ): Promise<Refusal | null> {
    for (const { role, weight } of weights) {
      const invalid = roleProblem(role);
      if (invalid !== null) {
        return refusal(
          400,
          `Failed to validate update weights request JSON: Invalid role '${role}': ${invalid}`,
        );
      }
      if (weight <= 0) {
        const text = `Invalid weight '${weight}': Weights must be positive`;
        return refusal(400, `Failed to validate update weights request JSON for role '${role}': ${text}`);
      }
    }
    const changed = new Map(weights.map(({ role, weight }) => [role, weight]));
    await this.context.registry.apply(updateWeights(changed));
    for (const [role, weight] of changed) this.context.cluster.weights.set(role, weight);
    this.offers.soon();
    return null;
  }
}

/** `{ cpus: 4 }`. */
function mapText(sums: ReadonlyMap<string, number>): string {
  const parts = [...sums].map(([name, milli]) => `${name}: ${milli / 1000}`);
  return `{ ${parts.join(", ")} }`;
}
