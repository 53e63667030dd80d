/** The kinds of Mesos as a user meets them: plan, apply, drift by hand, repair, destroy, on a simulated cluster. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../harness/wait.js";
import { api, Lab } from "../sandbox/mesos/lab.js";
import { projectOf } from "./ferry.js";
import { actions, json, type Project, run } from "./hosts.js";

function configuration(lab: Lab): string {
  return `apiVersion: ferry/v1
kind: Mesos
metadata: { name: lab }
spec: { masters: ["${lab.ip(11)}:5050"] }
---
apiVersion: ferry/v1
kind: MesosRole
metadata: { name: web }
spec:
  mesos: Mesos/lab
  role: web
  weight: 2.5
  quota: { guarantees: { cpus: 2, mem: 1024 }, limits: { cpus: 4 } }
---
apiVersion: ferry/v1
kind: MesosAgent
metadata: { name: idle }
spec: { mesos: Mesos/lab, agent: { hostname: "${lab.ip(22)}" }, state: drained }
---
apiVersion: ferry/v1
kind: MesosMaintenance
metadata: { name: spare }
spec:
  mesos: Mesos/lab
  machines: [{ hostname: spare, ip: 127.0.0.99 }]
  start: "2027-03-01T22:00:00Z"
  durationSeconds: 3600
---
apiVersion: ferry/v1
kind: MesosReservation
metadata: { name: db }
spec:
  mesos: Mesos/lab
  agent: { attributes: { rack: r1 } }
  role: \${MesosRole/web.role}
  resources: { cpus: 1, disk: 2048 }
  volumes: [{ id: db-1, size: 1024, containerPath: data }]
`;
}

const cli = suite<{ lab: Lab; project: Project }>("Mesos from the command line");

cli.before(async (context) => {
  const lab = await Lab.make();
  await lab.master(11, []);
  for (const last of [21, 22]) {
    const flags = [`--master=${lab.ip(11)}:5050`, "--registration_backoff_factor=50ms"];
    const { process } = await lab.agent(last, `r${last - 20}`, flags);
    await waitFor("the agent registers", 30_000, () => process.agent?.registered);
  }
  Object.assign(context, { lab, project: projectOf({ "main.yaml": configuration(lab) }) });
});

cli.after(async ({ lab, project }) => {
  project.remove();
  await lab.close();
});

async function detailedPlan(project: Project): Promise<number | null> {
  return (await run(project, "plan", "--detailed-exitcode")).code;
}

cli(
  "a plan right after an apply is empty; what is changed by hand shows, and is put right",
  async (context) => {
    const { lab, project } = context;
    assert.is(await detailedPlan(project), 2);
    const applied = await run(project, "apply", "--auto-approve");
    assert.is(applied.code, 0, applied.stderr + applied.stdout);
    const again = await run(project, "plan", "--detailed-exitcode");
    assert.is(again.code, 0, again.stdout);

    const weights = { weight_infos: [{ role: "web", weight: 9 }] };
    await api(lab.ip(11), { type: "UPDATE_WEIGHTS", update_weights: weights });
    const { get_agents } = (await api(lab.ip(11), { type: "GET_AGENTS" })) as {
      get_agents: { agents: { agent_info: { id: object; hostname: string } }[] };
    };
    const idle = get_agents.agents.find(({ agent_info }) => agent_info.hostname === lab.ip(22))?.agent_info
      .id;
    await api(lab.ip(11), { type: "REACTIVATE_AGENT", reactivate_agent: { agent_id: idle } });
    await api(lab.ip(11), {
      type: "UPDATE_MAINTENANCE_SCHEDULE",
      update_maintenance_schedule: { schedule: {} },
    });
    const drifted = await json(project, "plan", "--detailed-exitcode");
    assert.is(drifted.exitCode, 2);
    assert.equal(actions(drifted.result), {
      "Mesos/lab": "no-op",
      "MesosAgent/idle": "update",
      "MesosMaintenance/spare": "create",
      "MesosReservation/db": "no-op",
      "MesosRole/web": "update",
    });
    const repaired = await run(project, "apply", "--auto-approve");
    assert.is(repaired.code, 0, repaired.stderr + repaired.stdout);
    assert.is(await detailedPlan(project), 0);
  },
);

cli(
  "what is taken over by an import is in step, and everything can be destroyed",
  async ({ lab, project }) => {
    assert.is((await run(project, "state", "rm", "MesosRole/web", "MesosAgent/idle")).code, 0);
    const unmanaged = await json(project, "plan");
    assert.ok(unmanaged.diagnostics.some(({ code }) => code === "exists-unmanaged"));
    assert.is((await run(project, "import", "MesosRole/web", "web")).code, 0);
    assert.is((await run(project, "import", "MesosAgent/idle", lab.ip(22))).code, 0);
    assert.is(await detailedPlan(project), 0);
    const destroyed = await run(project, "destroy", "--auto-approve");
    assert.is(destroyed.code, 0, destroyed.stderr + destroyed.stdout);
    const answer = JSON.stringify([
      await api(lab.ip(11), { type: "GET_AGENTS" }),
      await api(lab.ip(11), { type: "GET_MAINTENANCE_SCHEDULE" }),
    ]);
    assert.not.match(answer, /DYNAMIC|DRAINED|spare/);
  },
);

cli.run();
